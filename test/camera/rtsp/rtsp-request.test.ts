import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rtspRequestReader } from './rtsp-request.ts';

describe('a client’s bytes', () => {
  const requests =
    'OPTIONS rtsp://a/b RTSP/1.0\r\nCSeq: 1\r\n\r\n$\x01\x00\x02xySET_PARAMETER rtsp://a/b RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 2\r\n\r\nokPLAY rtsp://a/b RTSP/1.0\r\nCSeq: 3\r\n\r\n';

  test('are the same requests wherever they are cut', () => {
    const bytes = Buffer.from(requests, 'latin1');
    for (let at = 0; at <= bytes.length; at += 1) {
      const read = rtspRequestReader();
      const found = [...(read(bytes.subarray(0, at)) ?? []), ...(read(bytes.subarray(at)) ?? [])];
      expect(found.map(({ method, headers }) => [method, headers.get('cseq')])).toEqual([
        ['OPTIONS', '1'],
        ['SET_PARAMETER', '2'],
        ['PLAY', '3'],
      ]);
    }
  });

  test('that are no requests close the connection at most', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }), (chunks) => {
        const read = rtspRequestReader();
        for (const chunk of chunks) if (read(Buffer.from(chunk)) === null) return;
      }),
    );
    expect(rtspRequestReader()(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBeNull();
    expect(rtspRequestReader()(Buffer.alloc(20_000, 'a'))).toBeNull();
  });
});
