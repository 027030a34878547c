import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejected } from '../../../shared/support/errors.ts';
import { type RtspResponse, rtspResponseReader } from './rtsp-response.ts';

const answer = (status: number, headers: readonly string[], body = '', end = '\r\n') =>
  Buffer.from(
    [
      `RTSP/1.0 ${status} Any`,
      ...headers,
      ...(body ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
      '',
      body,
    ].join(end),
    'latin1',
  );

function readAll(chunks: readonly Uint8Array[]): RtspResponse[] {
  const reader = rtspResponseReader();
  return chunks.map((chunk) => reader.read(chunk)).filter((response) => response !== null);
}

const challenges = ['CSeq: 2', 'WWW-Authenticate: Digest realm="a", nonce="b"', 'www-authenticate : Basic realm="a"'];

describe('an answer by RTSP', () => {
  test.each(['\r\n', '\n'])('is the same wherever it is split', (end) => {
    const bytes = answer(401, challenges, 'v=0\r\nm=video', end);
    for (let at = 0; at <= bytes.length; at += 1) {
      const [response, ...more] = readAll([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(more).toEqual([]);
      expect(response?.status).toBe(401);
      expect(response?.body.toString()).toBe('v=0\r\nm=video');
      expect(response?.headers.get('www-authenticate')).toBe('Digest realm="a", nonce="b", Basic realm="a"');
    }
  });

  test('may come byte by byte, and the next one after it', () => {
    const bytes = Buffer.concat([answer(200, ['CSeq: 1']), answer(454, ['CSeq: 2'])]);
    expect(readAll([...bytes].map((byte) => Uint8Array.of(byte))).map(({ status }) => status)).toEqual([200, 454]);
  });

  test.each([
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'does not speak RTSP'],
    ['its first byte already', 'S', 'does not speak RTSP'],
    ['a picture before it', '$\x00\x00\x04abcd', 'does not speak RTSP'],
    ['a status that is none', 'RTSP/1.0 2OO OK\r\n\r\n', 'status line'],
    ['endless headers', `RTSP/1.0 200 OK\r\n${'a: b\r\n'.repeat(4_000)}`, 'over 16384 bytes'],
    ['one endless line', `RTSP/1.0 200 OK${' '.repeat(20_000)}`, 'over 16384 bytes'],
    ['a length that is none', 'RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n', 'Content-Length'],
    ['two lengths', 'RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n', 'Content-Length'],
    ['a huge body', 'RTSP/1.0 200 OK\r\nContent-Length: 9999999999\r\n\r\n', 'over 65536 bytes'],
  ])('is refused for %s', (_, text, why) => {
    expect(() => readAll([Buffer.from(text)])).toThrow(
      expect.objectContaining({ code: 'camera_refused', message: expect.stringContaining(why) }),
    );
  });

  test('of anything is an answer, no answer yet, or refused', () => {
    const piece = fc.oneof(
      fc
        .constantFrom('RTSP/1.0 200 OK', '\r\n', '\n', '\r\n\r\n', 'Content-Length: 3', 'CSeq: 1', ':', 'abc')
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, isRtsp) => {
        const chunks = isRtsp ? [Buffer.from('RTSP/1.0 200 OK\r\n'), ...pieces] : pieces;
        try {
          for (const { status, body } of readAll(chunks)) {
            expect(status).toBeGreaterThanOrEqual(0);
            expect(body.length).toBeLessThanOrEqual(65_536);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Rejected);
        }
      }),
    );
  });

  test('is the same however it is cut to pieces', () => {
    const header = fc.string({ unit: fc.constantFrom(...'abc =",;'), maxLength: 30 }).map((text) => `X: ${text}`);
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(header, { maxLength: 6 }), fc.string({ maxLength: 100 }), cuts, (headers, body, places) => {
        const bytes = answer(200, headers, body.replace(/[^ -~]/g, ''));
        const ends = [...places.map((place) => Math.min(place, bytes.length)), bytes.length].sort((a, b) => a - b);
        const chunks = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
        expect(readAll(chunks)).toEqual(readAll([bytes]));
        expect(readAll([bytes])).toHaveLength(1);
      }),
    );
  });
});
