// A tar.gz (ustar) whose bytes depend on nothing but its files: no times, no owners, no order but the names'.
import { gzipSync } from 'node:zlib';

const BLOCK = 512;
const MAX_NAME_BYTES = 100;
const MAX_FILE_BYTES = 0o77777777777;
/** In a gzip header; 255 is "unknown", so that the packing machine does not show. */
const OS_BYTE = 9;
const ANY_OS = 255;

/** `mode`: permission bits; `name`: relative, with slashes. */
export type PackedFile = { name: string; bytes: Buffer; mode: number };

export function tarball(files: readonly PackedFile[]): Buffer {
  const sorted = files.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const blocks = sorted.flatMap((file) => [header(file), file.bytes, Buffer.alloc(paddingOf(file.bytes.length))]);
  const archive = gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  archive[OS_BYTE] = ANY_OS;
  return archive;
}

const paddingOf = (bytes: number) => (BLOCK - (bytes % BLOCK)) % BLOCK;

function header({ name, bytes, mode }: PackedFile): Buffer {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) throw new RangeError(`could not pack ${name}: its name is too long`);
  if (bytes.length > MAX_FILE_BYTES) throw new RangeError(`could not pack ${name}: it is too large`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(bytes.length, 11), 124);
  block.write(octal(0, 11), 136);
  // The sum is taken with its own field blank.
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\u000000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\u0000 `, 148);
  return block;
}

const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
