import { existsSync, statSync } from 'node:fs';

const ROOT = 0;

/**
 * Run as root, goes on as the owner of the state folder: a guard's row that root has written is one that the bridge
 * cannot read, and a bridge that cannot read its guard does not log in any more.
 */
export function becomeOwnerOf(folder: string): void {
  if (process.getuid?.() !== ROOT || !existsSync(folder)) return;
  const { uid, gid } = statSync(folder);
  if (uid === ROOT) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}
