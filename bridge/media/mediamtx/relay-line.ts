import type { Log } from '../../../shared/support/log.ts';
import type { MediaLine } from './media-line.ts';

/** Of the control API, whose only client we are and which tells us itself: a path asked for that is gone is no error. */
const OUR_OWN_QUESTIONS = /^(\[API\] |reloading configuration \(API request\))/;

/** What MediaMTX says, in our log. */
export function relayLine({ level, text }: MediaLine, log: Log): void {
  if (level === 'debug' || OUR_OWN_QUESTIONS.test(text)) return;
  log[level]('mediamtx.said', { text });
}
