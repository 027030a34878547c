import fc from 'fast-check';
import { expect, test } from 'vitest';
import { videoControl } from './video-control.ts';

const ADDRESS = { host: '203.0.113.9', rtspPort: 10_554 };
const BASE = 'rtsp://203.0.113.9:10554/Streaming/Channels/102';
const described = (control: string) =>
  ['v=0', 'm=audio 0 RTP/AVP 8', 'a=control:trackID=2', 'm=video 0 RTP/AVP 96', control, ''].join('\r\n');
const control = (line: string) => videoControl(described(line), ADDRESS, 'sub');

test.each([
  ['a=control:trackID=1', `${BASE}/trackID=1`],
  ['a=control:*', BASE],
  ['', BASE],
  // Behind a router: the inside address is nobody's outside.
  ['a=control:rtsp://192.168.0.240:554/Streaming/Channels/102/trackID=1', `${BASE}/trackID=1`],
  ['a=control:rtsp://[', BASE],
])('%j is asked for at the address that reaches the camera', (line, url) => {
  expect(control(line)).toBe(url);
});

test('whatever a camera calls its track, the request stays one line to that camera', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { maxLength: 60 }), (signs) => {
      const url = control(`a=control:${String.fromCharCode(...signs)}`);
      expect(url.startsWith('rtsp://203.0.113.9:10554/')).toBe(true);
      expect(url).toMatch(/^[\x21-\x7e]+$/);
    }),
  );
});
