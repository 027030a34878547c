import { open } from 'node:fs/promises';

const MAX_BYTES = 1024 * 1024;
const MAX_LINES = 2_000;

/** The last lines of a file, the newest last; a line whose beginning is too far back is left out. */
export async function logTail(path: string): Promise<string[]> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - MAX_BYTES);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(Math.min(size, MAX_BYTES)), position: from });
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    const whole = from === 0 ? lines : lines.slice(1);
    return whole.filter((line) => line.trim() !== '').slice(-MAX_LINES);
  } finally {
    await file.close();
  }
}
