// When MediaMTX notices that its file has changed (MEDIAMTX.md 8, "Hot reload").
import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Read so long after the event; further events within the second after a reload are lost. */
const SETTLE_MS = 10;
const DEAF_MS = 1_000;

/** @returns what ends the watching */
export function watchFile(path: string, onChange: () => void): () => void {
  let lastAt = 0;
  const watcher = watch(dirname(path), (_event, name) => {
    if (name !== basename(path) || Date.now() - lastAt < DEAF_MS) return;
    lastAt = Date.now();
    setTimeout(onChange, SETTLE_MS);
  });
  return () => watcher.close();
}
