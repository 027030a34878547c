import { type FileHandle, open } from 'node:fs/promises';

const MAX_BYTES = 1024 * 1024;
const MAX_LINES = 2_000;

/** The last lines of a file or a pipe, the newest last; a line whose beginning is too far back is left out. */
export async function logTail(path: string): Promise<string[]> {
  const file = await open(path, 'r');
  try {
    const status = await file.stat();
    // A pipe says 0, as the files of /proc do.
    const { bytes, isWhole } = status.isFile() && status.size > 0 ? await endOf(file, status.size) : await lastOf(file);
    const lines = bytes.toString('utf8').split('\n');
    return (isWhole ? lines : lines.slice(1)).filter((line) => line.trim() !== '').slice(-MAX_LINES);
  } finally {
    await file.close();
  }
}

type End = { bytes: Buffer; isWhole: boolean };

async function endOf(file: FileHandle, size: number): Promise<End> {
  const from = Math.max(0, size - MAX_BYTES);
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(Math.min(size, MAX_BYTES)), position: from });
  return { bytes: buffer.subarray(0, bytesRead), isWhole: from === 0 };
}

/** Of what can only be read from its beginning. */
async function lastOf(file: FileHandle): Promise<End> {
  const chunks: Buffer[] = [];
  let [kept, seen] = [0, 0];
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    chunks.push(chunk);
    kept += chunk.length;
    seen += chunk.length;
    while (kept - (chunks[0]?.length ?? 0) >= MAX_BYTES) kept -= chunks.shift()?.length ?? 0;
  }
  return { bytes: Buffer.concat(chunks).subarray(-MAX_BYTES), isWhole: seen <= MAX_BYTES };
}
