import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { reasonOf } from '../../../shared/support/errors.ts';
import { type Arguments, WrongUsage } from '../arguments.ts';
import { type BundleFacts, supportBundle } from './support-bundle.ts';

const PRIVATE_MODE = 0o600;
const { O_CREAT, O_WRONLY } = constants;

type OpenBundle = { file: string; write(facts: Omit<BundleFacts, 'withAddresses'>): void };

/**
 * Opened as whoever called, which root may be: from the state folder on the doctor is the bridge's user, who could not
 * rename anything there. What was in the file stays until there is a bundle to write.
 * @throws WrongUsage
 */
export function openBundle({ file, logs, withAddresses }: NonNullable<Arguments['bundle']>): OpenBundle {
  const out = opened(file, logs);
  return {
    file,
    write(facts) {
      const text = supportBundle({ ...facts, withAddresses });
      try {
        // A device has no length to be cut.
        if (fstatSync(out).isFile()) ftruncateSync(out);
        writeFileSync(out, text);
      } finally {
        closeSync(out);
      }
    },
  };
}

function opened(file: string, logs: string | null): number {
  try {
    const out = openSync(file, O_WRONLY | O_CREAT, PRIVATE_MODE);
    const status = fstatSync(out);
    if (!status.isFile()) return out;
    if (logs !== null && isSame(status, statSync(logs))) throw new Error('it is the file of --logs');
    fchmodSync(out, PRIVATE_MODE);
    return out;
  } catch (cause) {
    throw new WrongUsage(`could not write the file of --bundle: ${reasonOf(cause)}`, { cause });
  }
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
