import { expect, test } from 'vitest';
import { rtspPath, rtspUrl } from './rtsp-url.ts';

test.each([
  ['203.0.113.7', 'rtsp://203.0.113.7:554/Streaming/Channels/101'],
  ['2001:db8::7', 'rtsp://[2001:db8::7]:554/Streaming/Channels/101'],
  ['gate.example.com', 'rtsp://gate.example.com:554/Streaming/Channels/101'],
])('the main stream of %s', (host, url) => {
  expect(rtspUrl({ host, rtspPort: 554 }, 'main')).toBe(url);
});

test('the sub stream is the second channel', () => {
  expect(rtspPath('sub')).toBe('/Streaming/Channels/102');
});
