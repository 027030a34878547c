import type { Detection } from '../detection/detection.ts';

/** What SQS takes in a body or a text attribute; anything else is refused as InvalidMessageContents. */
const NOT_TAKEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A Detection as a message body. JSON escapes what SQS would refuse, so the camera's oddest text comes back as sent. */
export function detectionMessage(detection: Detection): string {
  return JSON.stringify(detection).replace(NOT_TAKEN, escaped);
}

/** Foreign text, made fit for SQS: what it refuses becomes U+FFFD. */
export function sqsText(text: string): string {
  return text.toWellFormed().replace(NOT_TAKEN, '\u{FFFD}');
}

// JSON.stringify escapes control characters and lone surrogates itself; only U+FFFE and U+FFFF are left to us.
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}
