// Offers of viewers that never connect: enough for everything that happens before the media.

const FINGERPRINT = Array.from({ length: 32 }, (_, at) => (at * 7).toString(16).padStart(2, '0').toUpperCase()).join(
  ':',
);
const HEAD = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'];
const SECTION = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${FINGERPRINT}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=recvonly',
  'a=rtcp-mux',
];
const H264 = [
  'a=rtpmap:96 H264/90000',
  'a=rtcp-fb:96 nack',
  'a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
];

const text = (lines: readonly string[]) => `${lines.join('\r\n')}\r\n`;

export const H264_OFFER = text([...HEAD, ...SECTION, ...H264]);
export const VP8_OFFER = text([...HEAD, ...SECTION, 'a=rtpmap:96 VP8/90000']);
export const FRAGMENT = text([
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  'm=video 9 UDP/TLS/RTP/SAVPF 0',
  'a=mid:0',
  'a=candidate:1 1 UDP 2130706431 127.0.0.1 5555 typ host',
]);
