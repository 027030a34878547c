import * as z from 'zod';
import { Rejected } from '../support/errors.ts';
import { readAs, Text, WholeNumber } from './document.ts';

/** ISAPI.md 2.5: 0 and 1 are OK, 7 is OK with a reboot pending. */
const SUCCESS_CODES = new Set([0, 1, 7]);
const DEVICE_BUSY = 2;
/** `deviceIsLocked`, decimal in JSON, hexadecimal in XML (ISAPI.md 2.4). */
const LOCKED_CODES = new Set([0x4000a3e9]);
/** `lock` loosely (`deviceIsLocked`, `deviceLocked`, `userLocked`), but not in `unlock` and `blockList`. */
const LOCKED = /(?<!un|b)lock/i;
/** What an old nonce gets on devices that tell it from a wrong password (ISAPI.md 2.2). */
const OLD_NONCE = /^invalidOperation$/i;
const BAD_LOGIN = /^(badAuthorization|userNamePasswordError)$/i;

export type ResponseStatus = {
  statusCode: number | null;
  /** For people: what the camera wrote. */
  statusString: string;
  /** The stable reason, for example `notSupport`; empty when it gave none. */
  subStatusCode: string;
  succeeded: boolean;
  busy: boolean;
  locked: boolean;
  oldNonce: boolean;
  badLogin: boolean;
};

const Schema = z.object({
  statusCode: WholeNumber,
  statusString: Text,
  subStatusCode: Text,
  errorCode: WholeNumber,
  MErrCode: Text,
});

/**
 * The camera's verdict on a request, XML or JSON (ISAPI.md 2.5).
 * @throws Rejected `camera_refused` when the bytes are no ResponseStatus
 */
export function readResponseStatus(bytes: Uint8Array): ResponseStatus {
  const status = readAs(bytes, { roots: ['ResponseStatus'] }, Schema);
  const { statusCode, statusString, subStatusCode } = status;
  if (statusCode === null && subStatusCode === '') {
    throw new Rejected('camera_refused', "could not read the camera's ResponseStatus: it has no status");
  }
  const code = status.errorCode ?? Number.parseInt(status.MErrCode, 16);
  return {
    statusCode,
    statusString,
    subStatusCode,
    succeeded: statusCode !== null && SUCCESS_CODES.has(statusCode),
    busy: statusCode === DEVICE_BUSY || /^deviceBusy$/i.test(subStatusCode),
    locked: LOCKED.test(subStatusCode) || LOCKED_CODES.has(code),
    oldNonce: OLD_NONCE.test(subStatusCode),
    badLogin: BAD_LOGIN.test(subStatusCode),
  };
}
