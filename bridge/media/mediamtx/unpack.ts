// One file out of a tar.gz, by the system's tar, to its standard output: no paths, links or modes that an archive could
// choose for us.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { Broken, GateError, reasonOf } from '../../../shared/support/errors.ts';

const OWNER_ONLY = 0o600;
const MAX_WORDS = 500;

export type Unpack = { archive: string; name: string; to: string; maxBytes: number };

/** @throws Broken `internal`: no tar.gz, damaged, without the file, or the file is above `maxBytes` */
export async function unpackFile({ archive, name, to, maxBytes }: Unpack): Promise<void> {
  const broken = (why: string, cause?: unknown) =>
    new Broken('internal', `could not unpack ${name}: ${why}`, cause === undefined ? {} : { cause });
  const file = await open(to, 'wx', OWNER_ONLY);
  // Read from at once: what a program has written when it exits is thrown away by Node while nobody reads.
  const tar = spawn('tar', ['-xzOf', archive, name], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(tar, 'close');
  ended.catch(() => {});
  let words = '';
  tar.stderr.on('data', (chunk: Buffer) => {
    words = `${words}${chunk}`.slice(0, MAX_WORDS);
  });
  try {
    let bytes = 0;
    for await (const chunk of tar.stdout) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw broken(`it is larger than ${maxBytes} bytes`);
      await file.write(chunk);
    }
    const [code] = await ended;
    const [first = ''] = words.split('\n');
    if (code !== 0) throw broken(first || `tar ended with code ${code}`);
    if (bytes === 0) throw broken('it is empty');
    await file.sync();
  } catch (cause) {
    throw cause instanceof GateError ? cause : broken(reasonOf(cause), cause);
  } finally {
    tar.kill('SIGKILL');
    await file.close();
  }
}
