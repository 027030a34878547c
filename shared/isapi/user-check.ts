import * as z from 'zod';
import { readAs, Text, WholeNumber } from './document.ts';

export type UserCheck = {
  accepted: boolean;
  /** `lockStatus` is `lock` or `locked`; while it is, the right password gets 401 too (ISAPI.md 2.3). */
  locked: boolean;
  /** Until the camera unlocks; null when it does not say, and 0 says nothing (ISAPI.md 2.4). */
  unlockSeconds: number | null;
  /** Wrong logins left before the camera locks; null when it does not say. */
  triesLeft: number | null;
};

const Schema = z.object({
  statusValue: WholeNumber,
  lockStatus: Text,
  unlockTime: WholeNumber,
  retryLoginTime: WholeNumber,
});

/**
 * The camera's word on a login, in all its namespaces and its minimal form (ISAPI.md 2.4).
 * @throws Rejected `camera_refused` when the bytes are no userCheck
 */
export function readUserCheck(bytes: Uint8Array): UserCheck {
  const check = readAs(bytes, { roots: ['userCheck'] }, Schema);
  return {
    accepted: check.statusValue === 200,
    locked: /^lock/i.test(check.lockStatus),
    unlockSeconds: check.unlockTime || null,
    triesLeft: check.retryLoginTime,
  };
}
