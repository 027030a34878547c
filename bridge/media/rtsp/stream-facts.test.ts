import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip } from '../../../test/camera/rtsp/clip.ts';
import { sessionDescription } from '../../../test/camera/rtsp/session-description.ts';
import { type StreamFacts, streamFacts } from './stream-facts.ts';

const URL = 'rtsp://203.0.113.7:554/Streaming/Channels/101';
const sets = 'sprop-parameter-sets=Z2QAKKyyAPAET8uAiAAAAwAIAAADAZB4wZJA,aO48sA==';
const h264 = (parameters: string) =>
  `v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 ${parameters}\r\n`;
const nothing: StreamFacts = {
  codec: 'none',
  profile: null,
  width: null,
  height: null,
  bFrames: 'unknown',
  audio: null,
};
const high: StreamFacts = { codec: 'H264', profile: 'High', width: 1920, height: 1080, bFrames: 'none', audio: null };

describe('a description', () => {
  test('of the simulated camera', () => {
    const text = sessionDescription(URL, clip('sub'), 'h264');
    expect(streamFacts(text)).toEqual({
      codec: 'H264',
      profile: 'Baseline',
      width: 704,
      height: 576,
      bFrames: 'none',
      audio: null,
    });
    expect(streamFacts(sessionDescription(URL, clip('sub'), 'h265'))).toEqual({ ...nothing, codec: 'H265' });
    expect(streamFacts(sessionDescription(URL, clip('sub'), 'no-packetization-mode')).width).toBe(704);
  });

  test.each<[string, string, Partial<StreamFacts>]>([
    ['with blanks between its parameters', h264(`profile-level-id=640028; packetization-mode=1; ${sets}`), high],
    ['with none', h264(`packetization-mode=1;${sets}`), high],
    ['with bare line feeds', h264(sets).replaceAll('\r', ''), high],
    ['with the codec in lower case', h264(sets).replace('H264', 'h264'), high],
    ['whose format parameters come first', h264(sets).replace(/(a=rtpmap.*\r\n)(a=fmtp.*\r\n)/, '$2$1'), high],
    [
      'with sound and metadata',
      `${h264(sets)}m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\nm=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n`,
      { ...high, audio: 'PCMA' },
    ],
    ['whose sound needs no rtpmap', `m=audio 0 RTP/AVP 0\r\n${h264(sets)}`, { ...high, audio: 'PCMU' }],
    [
      'with AAC',
      `${h264(sets)}m=audio 0 RTP/AVP 104\r\na=rtpmap:104 mpeg4-generic/16000/1\r\n`,
      { ...high, audio: 'MPEG4-GENERIC' },
    ],
    ['with two pictures', `${h264(sets)}m=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000\r\n`, high],
    [
      'whose medium offers another form',
      h264(sets).replace('AVP 96', 'AVP 96 97').concat('a=rtpmap:97 VP8/90000\r\n'),
      high,
    ],
    [
      'without parameter sets',
      h264('profile-level-id=42001f; packetization-mode=1'),
      { codec: 'H264', profile: 'Baseline', bFrames: 'none', width: null },
    ],
    [
      'without parameter sets, of a profile that may have B-frames',
      h264('profile-level-id=4D001F'),
      { codec: 'H264', profile: 'Main', bFrames: 'unknown', width: null },
    ],
    ['with broken parameter sets', h264('sprop-parameter-sets=!!,Z2Q='), { codec: 'H264', profile: null, width: null }],
    [
      'without format parameters',
      'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n',
      { codec: 'H264', profile: null },
    ],
    ['named as the bitstream is', 'm=video 0 RTP/AVP 98\r\na=rtpmap:98 HEVC/90000\r\n', { ...nothing, codec: 'H265' }],
    ['of JPEG pictures', 'm=video 0 RTP/AVP 26\r\n', { ...nothing, codec: 'other' }],
    ['of a codec without a name', 'm=video 0 RTP/AVP 96\r\n', { ...nothing, codec: 'other' }],
    ['of sound alone', 'm=audio 0 RTP/AVP 8\r\n', { ...nothing, audio: 'PCMA' }],
    ['that is a web page', '<html>m=video</html>', nothing],
    ['that is empty', '', nothing],
  ])('%s', (_, text, facts) => {
    expect(streamFacts(text)).toMatchObject(facts);
  });

  test('of anything has facts, or none', () => {
    const line = fc.oneof(
      fc.constantFrom('v=0', 'm=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'm=audio 0 RTP/AVP 8', 'a=rtpmap:96 '),
      fc.string({ maxLength: 80 }).map((text) => `a=fmtp:96 ${text}`),
      fc
        .uint8Array({ maxLength: 60 })
        .map((set) => Buffer.from(set).toString('base64'))
        .map((text) => `a=fmtp:96 sprop-parameter-sets=${text},${text}`),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom('\r\n', '\n', '\r'), (lines, end) => {
        const facts = streamFacts(lines.join(end));
        expect(['H264', 'H265', 'other', 'none']).toContain(facts.codec);
        expect(facts.audio ?? '').toMatch(/^[\w.-]{0,32}$/);
        if (facts.codec === 'none') expect(facts).toEqual({ ...nothing, audio: facts.audio });
      }),
    );
  });
});
