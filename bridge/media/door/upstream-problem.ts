// What a refusal of MediaMTX means to a viewer. It is told by the text: the status is 400 for nearly everything
// (MEDIAMTX.md 2), and the texts are the same in 1.16.1 and in the 1.20 line.
import { Busy, type ErrorCode, type GateError, Rejected } from '../../../shared/support/errors.ts';

type Meaning = { text: RegExp } & (
  | { busy: ErrorCode; why: string; retryAfterSeconds: number }
  | { rejected: ErrorCode; why: string }
);

const MEANINGS: readonly Meaning[] = [
  {
    // Our own hook said no to a viewer that we let in: the stream was taken back in between.
    text: /^authentication (failed|error)/,
    busy: 'camera_busy',
    why: 'the stream was closed at this moment',
    retryAfterSeconds: 2,
  },
  {
    text: /^path '.*' is not configured|^terminated|^path not found/,
    busy: 'camera_busy',
    why: 'the stream was closed at this moment',
    retryAfterSeconds: 2,
  },
  {
    text: /^source of path .* has timed out/,
    busy: 'camera_unreachable',
    why: 'the camera sent no picture in time',
    retryAfterSeconds: 5,
  },
  {
    text: /^no stream is available|^muxer (instance )?not/,
    busy: 'camera_unreachable',
    why: 'the camera sends no picture now',
    retryAfterSeconds: 2,
  },
  {
    text: /doesn't contain any supported codec/,
    rejected: 'not_supported',
    why: 'browsers cannot play the camera’s codec; set the stream to H.264 on the camera',
  },
  {
    text: /^codecs not supported by client/,
    rejected: 'not_supported',
    why: 'this player does not take the camera’s codec by WebRTC; try HLS, or set the stream to H.264 on the camera',
  },
  {
    text: /^maximum reader count/,
    busy: 'rate_limited',
    why: 'as many watch this stream as may',
    retryAfterSeconds: 10,
  },
];

const RETRY_AFTER_SECONDS = 2;

/** `text` is the `error` of MediaMTX's answer, empty when there was none; never passed on, it names what is inside. */
export function upstreamProblem(status: number, text: string): GateError {
  const meaning = MEANINGS.find((known) => known.text.test(text));
  if (meaning !== undefined && 'busy' in meaning) {
    const { retryAfterSeconds } = meaning;
    return new Busy(meaning.busy, `could not show the lane: ${meaning.why}`, { retryAfterSeconds });
  }
  if (meaning !== undefined) return new Rejected(meaning.rejected, `could not show the lane: ${meaning.why}`);
  if (status === 401) return upstreamProblem(status, 'authentication error');
  if (status === 404) return upstreamProblem(status, 'no stream is available');
  if (status >= 400 && status < 500) {
    return new Rejected('invalid_request', 'could not show the lane: the media server does not understand the request');
  }
  const message = `could not show the lane: the media server answered ${status}`;
  return new Busy('internal', message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
