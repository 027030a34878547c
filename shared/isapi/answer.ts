// What a camera's answer means. 200 alone does not: the body may be an error or a login page (ISAPI.md 2.1).
import { Busy, type GateError, Rejected } from '../support/errors.ts';
import { type ResponseStatus, readResponseStatus } from './response-status.ts';

/** A ResponseStatus is a few hundred bytes; larger bodies are documents or pictures. */
const MAX_STATUS_BYTES = 16 * 1024;
const BUSY_RETRY_SECONDS = 5;

export type CameraAnswer = { status: number; contentType: string; body: Buffer };

/** The camera understood the login and said no. */
export class CameraRefused extends Rejected {
  readonly status: number;
  /** ISAPI's reason, for example `notSupport`; empty when it gave none. */
  readonly subStatusCode: string;

  constructor(message: string, answer: { status: number; subStatusCode: string }) {
    super('camera_refused', message);
    this.status = answer.status;
    this.subStatusCode = answer.subStatusCode;
  }
}

/** The error that an answer is, or null when it is a success. */
export function errorIn(answer: CameraAnswer, asked: string): GateError | null {
  const said = statusIn(answer);
  const isOk = answer.status >= 200 && answer.status < 300;
  if (answer.status === 503 || (said?.busy && !said.succeeded)) {
    return new Busy('camera_busy', `could not ${asked}: the camera is busy`, { retryAfterSeconds: BUSY_RETRY_SECONDS });
  }
  if (isOk && (said === null || said.succeeded)) return isWebPage(answer) ? webPage(answer, asked) : null;
  const subStatusCode = said?.subStatusCode ?? '';
  const reason = [printable(subStatusCode), printable(said?.statusString ?? '')].filter(Boolean).join(', ');
  return new CameraRefused(`could not ${asked}: the camera answered ${answer.status}${reason && ` (${reason})`}`, {
    status: answer.status,
    subStatusCode,
  });
}

function statusIn({ body }: CameraAnswer): ResponseStatus | null {
  if (body.length === 0 || body.length > MAX_STATUS_BYTES) return null;
  const start = body.toString('latin1', 0, MAX_STATUS_BYTES).trimStart();
  if (!/^(<|\{|\xef\xbb\xbf)/.test(start) || !/statusCode/.test(start)) return null;
  try {
    return readResponseStatus(body);
  } catch {
    return null;
  }
}

function isWebPage({ contentType, body }: CameraAnswer): boolean {
  return /html/i.test(contentType) || /^\s*(<!doctype html|<html)/i.test(body.toString('latin1', 0, 64));
}

function webPage({ status }: CameraAnswer, asked: string): CameraRefused {
  return new CameraRefused(`could not ${asked}: the camera answered with a web page`, { status, subStatusCode: '' });
}

/** The camera's words go into messages and logs: a short line, no control characters. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').slice(0, 60);
}
