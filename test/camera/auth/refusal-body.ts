import { element, root } from '../alerts/xml.ts';
import { type Answer, responseStatus, xmlAnswer } from '../resources/answer.ts';
import type { AuthOptions } from './auth-options.ts';

export type LoginState = { secondsLocked: number; triesLeft: number };

const LOGIN_PAGE =
  '<html><head><title>Document Error: Unauthorized</title></head><body><h2>Access Error</h2></body></html>';

/** The 401 in the form this camera uses (ISAPI.md 2.4). */
export function unauthorized(form: AuthOptions['refusal'], state: LoginState): Answer {
  if (form === 'html') return { status: 401, type: 'text/html', body: Buffer.from(LOGIN_PAGE) };
  const minimal = [...element('statusValue', 401), ...element('statusString', 'Unauthorized')];
  if (form === 'minimal') return xmlAnswer(401, ['<userCheck>', ...minimal, '</userCheck>'], '\n');
  return xmlAnswer(401, root('userCheck', 'isapi-ver20', [...minimal, ...loginState(state)]));
}

/** What a camera says of a nonce that it no longer takes: not a wrong password (ISAPI.md 2.2). */
export function invalidNonce(): Answer {
  return responseStatus(401, 4, 'Invalid Operation', 'invalidOperation');
}

function loginState({ secondsLocked, triesLeft }: LoginState): string[] {
  return [
    ...element('isActivated', 'true'),
    ...element('lockStatus', secondsLocked > 0 ? 'lock' : 'unlock'),
    ...element('unlockTime', secondsLocked),
    ...element('retryLoginTime', triesLeft),
  ];
}
