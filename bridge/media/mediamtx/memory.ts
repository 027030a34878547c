import { readFile } from 'node:fs/promises';

const RESIDENT = /^VmRSS:\s+(\d+) kB$/m;

/** Memory that the process has in RAM, in bytes; null when it has gone, and where there is no /proc. */
export async function residentBytes(pid: number): Promise<number | null> {
  try {
    const kibibytes = RESIDENT.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
