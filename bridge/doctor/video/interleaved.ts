// Takes apart what comes on an RTSP connection that plays: answers, and between them the media (RFC 2326, 10.12).
import { Rejected } from '../../../shared/support/errors.ts';
import type { AnswerReader } from '../../media/rtsp/rtsp-connection.ts';
import { rtspResponseReader } from '../../media/rtsp/rtsp-response.ts';

const DOLLAR = 0x24;
const PACKET_HEAD_BYTES = 4;
/** Largest answer, its body included; a description stays below 2 kB. */
const MAX_ANSWER_BYTES = 64 * 1024;
const END_OF_HEAD = /\r?\n\r?\n/;
const CONTENT_LENGTH = /^content-length:[ \t]*(\d{1,6})[ \t]*\r?$/im;

export type Interleaved =
  | { kind: 'answer'; bytes: Buffer }
  /** `channel`: as SETUP agreed; the even one carries RTP. */
  | { kind: 'packet'; channel: number; bytes: Buffer };

/** For a connection that plays: media goes to `onPacket`, by its channel as SETUP agreed. */
export function answersBetweenMedia(onPacket: (channel: number, bytes: Buffer) => void): AnswerReader {
  const read = interleavedReader();
  return (chunk) => {
    const answers = [];
    for (const one of read(chunk)) {
      if (one.kind === 'packet') onPacket(one.channel, one.bytes);
      else {
        const response = rtspResponseReader().read(one.bytes);
        if (response !== null) answers.push(response);
      }
    }
    return answers;
  };
}

/** @throws Rejected `camera_refused` for an answer without an end */
export function interleavedReader(): (chunk: Uint8Array) => Interleaved[] {
  let kept: Buffer = Buffer.alloc(0);

  function next(): Interleaved | null {
    if (kept[0] === DOLLAR) {
      if (kept.length < PACKET_HEAD_BYTES) return null;
      const end = PACKET_HEAD_BYTES + kept.readUInt16BE(2);
      if (kept.length < end) return null;
      return { kind: 'packet', channel: kept.readUInt8(1), bytes: taken(end).subarray(PACKET_HEAD_BYTES) };
    }
    const head = kept.toString('latin1', 0, MAX_ANSWER_BYTES);
    const blank = END_OF_HEAD.exec(head);
    const end =
      blank === null ? Number.POSITIVE_INFINITY : blank.index + blank[0].length + bodyBytes(head, blank.index);
    if (kept.length >= end) return { kind: 'answer', bytes: taken(end) };
    if (kept.length > MAX_ANSWER_BYTES) {
      throw new Rejected(
        'camera_refused',
        `could not read the camera's RTSP answer: it is over ${MAX_ANSWER_BYTES} bytes`,
      );
    }
    return null;
  }

  function taken(end: number): Buffer {
    const bytes = kept.subarray(0, end);
    kept = kept.subarray(end);
    return bytes;
  }

  return (chunk) => {
    kept = Buffer.concat([kept, chunk]);
    const found: Interleaved[] = [];
    while (kept.length > 0) {
      const one = next();
      if (one === null) break;
      found.push(one);
    }
    return found;
  };
}

function bodyBytes(head: string, headEnd: number): number {
  return Number(CONTENT_LENGTH.exec(head.slice(0, headEnd))?.[1] ?? 0);
}
