import { afterEach, describe, expect, test } from 'vitest';
import { Busy } from '../../../shared/support/errors.ts';
import { H264, main, startWake, sub } from './wake.fixture.ts';

const ending: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

function gateWithVideo() {
  const gate = startWake();
  ending.push(gate.end);
  return gate;
}

describe('what the probe finds', () => {
  test('a camera that does not answer: told to all, kept for two seconds, and asked again then', async () => {
    const gate = gateWithVideo();
    gate.probes.failure = new Busy('camera_unreachable', "could not reach the camera's RTSP port 554");
    for (let tries = 0; tries < 5; tries += 1) {
      await expect(gate.wake.admit(sub, 'webrtc')).rejects.toMatchObject({ code: 'camera_unreachable' });
    }
    expect(gate.probes.sent).toHaveLength(1);
    expect(gate.wake.view(sub)).toEqual({
      facts: null,
      reason: "could not reach the camera's RTSP port 554",
      code: 'camera_unreachable',
    });
    gate.probes.failure = null;
    await gate.pass(2_000);
    await gate.wake.admit(sub, 'webrtc');
    expect([gate.probes.sent.length, gate.wake.view(sub).reason]).toEqual([2, null]);
  });

  test('H.265: refused for WebRTC with what to set, before MediaMTX hears of it; HLS and RTSP may', async () => {
    const gate = gateWithVideo();
    gate.probes.facts = { ...H264, codec: 'H265', profile: null, bFrames: 'unknown' };
    await expect(gate.wake.admit(sub, 'webrtc')).rejects.toMatchObject({
      code: 'not_supported',
      message: expect.stringMatching(/H\.265.*set the stream to H\.264/),
    });
    expect(gate.paths.size).toBe(0);
    await gate.wake.admit(sub, 'hls');
    await gate.wake.admit(sub, 'rtsp');
    expect([gate.paths.size, gate.probes.sent.length]).toEqual([1, 1]);
    expect(gate.wake.view(sub)).toMatchObject({ code: 'not_supported', facts: { codec: 'H265' } });
  });

  test('B-frames: refused for WebRTC with what to set; HLS may', async () => {
    const gate = gateWithVideo();
    gate.probes.facts = { ...H264, profile: 'High', bFrames: 'some' };
    await expect(gate.wake.admit(sub, 'webrtc')).rejects.toThrow(/B-frames.*profile Baseline/);
    await expect(gate.wake.admit(sub, 'hls')).resolves.toBeUndefined();
  });

  test.each(['none', 'other'] as const)('codec %s: refused for everything in a browser', async (codec) => {
    const gate = gateWithVideo();
    gate.probes.facts = { ...H264, codec };
    for (const wanted of ['webrtc', 'hls'] as const) {
      await expect(gate.wake.admit(sub, wanted)).rejects.toMatchObject({ code: 'not_supported' });
    }
  });

  test('B-frames that only MediaMTX found out: the next viewers are told, until the next proof', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub);
    gate.say("[WebRTC] [session 1a2b3c4d] is reading from path 'gate-sub', 1 track (H264)");
    gate.say("[WebRTC] [session ffffffff] closed: WebRTC doesn't support H264 streams with B-frames");
    await expect(gate.wake.admit(sub, 'webrtc')).resolves.toBeUndefined();
    gate.say("[WebRTC] [session 1a2b3c4d] closed: WebRTC doesn't support H264 streams with B-frames");
    await expect(gate.wake.admit(sub, 'webrtc')).rejects.toThrow(/B-frames/);
    await expect(gate.wake.admit(sub, 'hls')).resolves.toBeUndefined();
    await expect(gate.wake.admit(main, 'webrtc')).resolves.toBeUndefined();
    gate.playing(sub, { ready: false });
    await gate.pass(31_000);
    await expect(gate.wake.admit(sub, 'webrtc')).resolves.toBeUndefined();
  });
});
