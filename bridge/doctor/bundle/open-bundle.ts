import { closeSync, openSync, writeSync } from 'node:fs';
import { reasonOf } from '../../../shared/support/errors.ts';
import { type Arguments, WrongUsage } from '../arguments.ts';
import { type BundleFacts, supportBundle } from './support-bundle.ts';

const PRIVATE_MODE = 0o600;

export type OpenBundle = { file: string; write(facts: Omit<BundleFacts, 'withAddresses'>): void };

/**
 * Opened as whoever called, which root may be: from the state folder on the doctor is the bridge's user.
 * @throws WrongUsage
 */
export function openBundle({ file, withAddresses }: NonNullable<Arguments['bundle']>): OpenBundle {
  const out = opened(file);
  return {
    file,
    write(facts) {
      writeSync(out, supportBundle({ ...facts, withAddresses }));
      closeSync(out);
    },
  };
}

function opened(file: string): number {
  try {
    return openSync(file, 'w', PRIVATE_MODE);
  } catch (cause) {
    throw new WrongUsage(`could not write the file of --bundle: ${reasonOf(cause)}`, { cause });
  }
}
