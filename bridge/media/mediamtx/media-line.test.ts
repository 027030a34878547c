import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLine, type Said } from './media-line.ts';

const structured = (level: string, message: string) =>
  `{"timestamp":"2026-11-22T18:44:06.222485303Z","level":"${level}","message":${JSON.stringify(message)}}`;
const plain = (level: string, message: string) => `2026/02/07 12:00:00 ${level} ${message}`;

/** As both versions print them. */
const LINES: [level: string, message: string, said: Record<string, unknown>][] = [
  ['INF', '[path gate-main] [RTSP source] started on demand', { kind: 'source_started', stream: 'gate-main' }],
  [
    'ERR',
    '[path gate-main] [RTSP source] bad status code: 401 (Unauthorized)',
    { kind: 'source_refused', stream: 'gate-main' },
  ],
  [
    'INF',
    '[path gate-sub] [RTSP source] stopped: timed out',
    { kind: 'source_stopped', stream: 'gate-sub', reason: 'timed out' },
  ],
  [
    'INF',
    '[path gate-main] stream is available and online, 1 track (H264)',
    { kind: 'stream_ready', stream: 'gate-main' },
  ],
  [
    'ERR',
    '[path gate-main] [RTSP source] bad status code: 404 (Not Found)',
    { kind: 'source_failed', stream: 'gate-main', reason: 'bad status code: 404 (Not Found)' },
  ],
  [
    'ERR',
    '[path gate-main] [RTSP source] dial tcp 10.0.0.5:554: i/o timeout',
    { kind: 'source_failed', stream: 'gate-main', reason: 'dial tcp 10.0.0.5:554: i/o timeout' },
  ],
  ['WAR', '[path gate-main] [RTSP source] 12 RTP packets lost', { kind: 'other' }],
  [
    'INF',
    "[WebRTC] [session 1a2b3c4d] is reading from path 'gate-sub', 1 track (H264)",
    { kind: 'session_reading', session: '1a2b3c4d', stream: 'gate-sub' },
  ],
  [
    'INF',
    "[WebRTC] [session 1a2b3c4d] closed: WebRTC doesn't support H264 streams with B-frames",
    { kind: 'b_frames', session: '1a2b3c4d' },
  ],
  [
    'INF',
    '[WebRTC] [session 1a2b3c4d] closed: codecs not supported by client',
    { kind: 'codec_unsupported', session: '1a2b3c4d' },
  ],
  ['ERR', 'listen tcp 127.0.0.1:9997: bind: address already in use', { kind: 'port_taken', address: '127.0.0.1:9997' }],
  ['INF', '[path nobody] [RTSP source] started on demand', { kind: 'other' }],
  ['INF', 'MediaMTX v1.16.1, linux, amd64', { kind: 'other' }],
];

describe('what MediaMTX says', () => {
  test.each(LINES)('%s %s', (level, message, said) => {
    expect(readLine(structured(level, message)).said).toEqual(said);
    expect(readLine(plain(level, message)).said).toEqual(said);
  });

  test('levels are told apart, in both forms', () => {
    const levels = ['DEB', 'INF', 'WAR', 'ERR'].flatMap((level) => [structured(level, 'x'), plain(level, 'x')]);
    expect(levels.map((line) => readLine(line).level)).toEqual([
      ...['debug', 'debug', 'info', 'info'],
      ...['warn', 'warn', 'error', 'error'],
    ]);
  });

  test('control characters, quoted as Go does and JSON does not, cost no line', () => {
    const line = String.raw`{"timestamp":"t","level":"ERR","message":"[path gate-sub] [RTSP source] invalid SDP: \x1b[31m\a\"q\" \u00fc"}`;
    expect(readLine(line)).toMatchObject({
      level: 'error',
      said: { kind: 'source_failed', stream: 'gate-sub', reason: 'invalid SDP:  [31m "q" ü' },
    });
  });

  test('what it prints before its logger runs, and when it panics, is an error', () => {
    expect(readLine('ERR: json: unknown field "moq"')).toEqual({
      level: 'error',
      text: 'json: unknown field "moq"',
      said: { kind: 'other' },
    });
    expect(readLine('panic: runtime error: index out of range').level).toBe('error');
  });

  test('a camera whose words look like a refusal in another place refuses nothing', () => {
    const said = [
      '[path gate-sub] [RTSP source] invalid SDP: bad status code: 401 (Unauthorized)',
      '[WebRTC] [session 1a2b3c4d] closed: [path gate-sub] [RTSP source] bad status code: 401 (Unauthorized)',
    ].map((message) => readLine(structured('ERR', message)).said.kind);
    expect(said).toEqual(['source_failed', 'other']);
  });
});

describe('what nobody may read in the log', () => {
  test.each([
    ['parse "rtsp://admin:geheim@10.0.0.5:554/x": bad', 'parse "rtsp://***@10.0.0.5:554/x": bad'],
    ['rtsp://admin:p@ss:w@10.0.0.5/x', 'rtsp://***@10.0.0.5/x'],
  ])('credentials in %s', (words, shown) => {
    expect(readLine(structured('ERR', `[path gate-sub] [RTSP source] ${words}`)).text).toContain(shown);
  });

  test.each([
    ['[WebRTC] [session 1a2b3c4d] created by 203.0.113.9:51234', '[WebRTC] [session 1a2b3c4d] created by ***:51234'],
    ['[RTSP] [conn [2001:db8::9]:51234] opened', '[RTSP] [conn ***:51234] opened'],
    ['[HLS] [conn 2001:db8:0:0:0:0:0:9] opened', '[HLS] [conn ***] opened'],
    ['[HLS] listener opened on 127.0.0.1:8888', '[HLS] listener opened on 127.0.0.1:8888'],
    ['[RTSP] [conn [::1]:51234] at 12:00:05', '[RTSP] [conn [::1]:51234] at 12:00:05'],
  ])('viewers: %s', (message, shown) => {
    expect(readLine(structured('INF', message)).text).toBe(shown);
  });

  test('tickets in a query', () => {
    const { text } = readLine(structured('INF', '[HLS] GET /gate-sub/index.m3u8?ticket=abc.def&session=123 200'));
    expect(text).toBe('[HLS] GET /gate-sub/index.m3u8?ticket=***&session=*** 200');
  });

  test('the address of the camera stays: it is what went wrong', () => {
    const { text } = readLine(structured('ERR', '[path gate-sub] [RTSP source] dial tcp 10.0.0.5:554: i/o timeout'));
    expect(text).toContain('10.0.0.5:554');
  });
});

describe('any line', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('[path ', '] ', '[RTSP source] ', 'rtsp://', '@', '\\', '"', '{"timestamp":"', '::', '1.2.3.4'),
  );
  const anything = fc.array(word, { maxLength: 40 }).map((words) => words.join(''));

  test('is read without an error, and is short', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom('raw', 'INF', 'ERR'), (text, form) => {
        const line = form === 'raw' ? text : structured(form, text);
        expect(readLine(line).text.length).toBeLessThanOrEqual(500);
      }),
    );
  });

  test('of whatever length never shows the password of a URL', () => {
    const secret = fc.stringMatching(/^Zq7[!#-;=?A-Za-z]{8,60}$/);
    fc.assert(
      fc.property(secret, fc.nat({ max: 600 }), anything, (password, before, after) => {
        const line = structured('ERR', `${'x'.repeat(before)} rtsp://u:${password}@10.0.0.5/1 ${after}`);
        expect(readLine(line).text).not.toContain(password);
      }),
    );
  });

  test('says the same in both forms', () => {
    const said: fc.Arbitrary<[string, string]> = fc.constantFrom(
      ...LINES.map(([level, message]): [string, string] => [level, message]),
    );
    fc.assert(
      fc.property(said, ([level, message]) => {
        const both: Said[] = [readLine(structured(level, message)).said, readLine(plain(level, message)).said];
        expect(both[0]).toEqual(both[1]);
      }),
    );
  });
});
