// The VM's disk: it outlives every process, and may be full.
import { basename, dirname } from 'node:path';
import type { Disk } from '../../bridge/outbox/disk.ts';
import type { Mortal } from './mortal.ts';

export type MemoryDisk = {
  isFull: boolean;
  /** Files below a folder's name. */
  count(part: string): number;
  /** The disk as one process sees it, that has it mounted at `root`; a file it dies over is torn. */
  mountedAt(root: string, mortal: Mortal): Disk;
};

export function memoryDisk(): MemoryDisk {
  const folders = new Map<string, Map<string, Buffer>>();

  function folder(name: string): Map<string, Buffer> {
    const known = folders.get(name) ?? new Map<string, Buffer>();
    folders.set(name, known);
    return known;
  }

  function put(path: string, bytes: Uint8Array): void {
    folder(dirname(path)).set(basename(path), Buffer.from(bytes));
  }

  function get(path: string): Buffer {
    const bytes = folder(dirname(path)).get(basename(path));
    if (bytes === undefined) throw failed('ENOENT', 'no such file or directory');
    return bytes;
  }

  const disk: MemoryDisk = {
    isFull: false,
    count: (part) => [...folders].reduce((sum, [name, files]) => sum + (name.includes(part) ? files.size : 0), 0),
    mountedAt(root, mortal) {
      const own = (path: string) => path.replace(root, '');
      const step = <T>(effect: () => T) => mortal.step(async () => effect());
      return {
        async write(path, bytes) {
          await step(() => {
            if (folder(dirname(own(path))).has(basename(path))) throw failed('EEXIST', 'file already exists');
            put(own(path), bytes.subarray(0, bytes.length / 2));
            if (disk.isFull) throw failed('ENOSPC', 'no space left on device');
          });
          await step(() => put(own(path), bytes));
        },
        rename: (from, to) =>
          step(() => {
            put(own(to), get(own(from)));
            folder(dirname(own(from))).delete(basename(from));
          }),
        syncFolder: async () => {},
        read: (path) => step(() => get(own(path))),
        remove: (path) => step(() => void folder(dirname(own(path))).delete(basename(path))),
        list: (path) => step(() => [...folder(own(path)).keys()]),
        makeFolder: async () => {},
      };
    },
  };
  return disk;
}

function failed(code: string, words: string): Error {
  return Object.assign(new Error(`${code}: ${words}`), { code });
}
