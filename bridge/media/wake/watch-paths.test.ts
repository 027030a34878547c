import { afterEach, describe, expect, test } from 'vitest';
import { Busy } from '../../../shared/support/errors.ts';
import { H264, main, settle, startWake, sub } from './wake.fixture.ts';

const ending: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

function gateWithVideo() {
  const gate = startWake();
  ending.push(gate.end);
  return gate;
}

describe('a source that fails', () => {
  test.each([
    ['before it played', '[path gate-sub] [RTSP source] dial tcp 192.0.2.5:554: connect: connection refused', 'ERR', 0],
    ['by silence at its start', '[path gate-sub] [RTSP source] stopped: timed out', 'INF', 0],
    ['while it played', '[path gate-sub] [RTSP source] stopped: an error occurred', 'INF', 1],
    ['while it played, with its reason', '[path gate-sub] [RTSP source] TCP timeout', 'ERR', 1],
  ])(
    '%s: nobody waits for it any longer, and the next viewer has it proven anew',
    async (when, message, level, restarts) => {
      const gate = gateWithVideo();
      await gate.wake.admit(sub, 'webrtc');
      if (when.startsWith('while')) gate.playing(sub);
      await gate.pass(1_000);
      gate.say(message, level);
      await settle();
      expect([gate.paths.has(sub), gate.wake.mayRead(sub)]).toEqual([false, false]);
      expect(gate.wake.view(sub)).toMatchObject({ code: 'camera_unreachable' });
      expect(gate.wake.streams().find(({ stream }) => stream === sub)?.restarts).toBe(restarts);
      await gate.wake.admit(sub, 'webrtc');
      expect([gate.probes.sent.length, gate.paths.has(sub)]).toEqual([2, true]);
    },
  );

  test('is no bad login', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.say('[path gate-sub] [RTSP source] bad status code: 404 (Not Found)', 'ERR');
    await settle();
    expect(await gate.guard.state()).toMatchObject({ badLogins: 0, shut: null });
  });
});

describe('a stream that stands still', () => {
  const watched = { readers: [{ type: 'webRTCSession', id: 'a' }], bytesReceived: 1_000 };

  test('while it is watched is opened anew after ten seconds, under a fresh proof, and counted', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub, watched);
    await gate.pass(10_000);
    expect(gate.calls.filter((call) => call === `add ${sub}`)).toHaveLength(1);
    await gate.pass(2_000);
    expect(gate.calls.filter((call) => /^(add|remove)/.test(call))).toEqual([
      `add ${sub}`,
      `remove ${sub}`,
      `add ${sub}`,
    ]);
    expect(gate.probes.sent).toHaveLength(2);
    expect(gate.wake.streams().find(({ stream }) => stream === sub)).toMatchObject({ stalls: 1, stalled: true });
    gate.playing(sub, { ...watched, bytesReceived: 1 });
    await gate.pass(1_000);
    expect(gate.wake.streams().find(({ stream }) => stream === sub)).toMatchObject({ stalls: 1, stalled: false });
  });

  test('of a camera that is away says so, and stays closed', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub, watched);
    gate.probes.failure = new Busy('camera_unreachable', 'could not reach the camera');
    await gate.pass(13_000);
    expect([gate.paths.has(sub), gate.wake.view(sub).reason]).toEqual([false, 'could not reach the camera']);
  });

  test('with nobody looking, or with bytes coming, does not', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub, { ...watched, readers: [] });
    await gate.pass(60_000);
    for (let bytes = 1; bytes < 60; bytes += 1) {
      gate.playing(sub, { ...watched, bytesReceived: bytes });
      await gate.pass(1_000);
    }
    expect(gate.wake.streams().find(({ stream }) => stream === sub)?.stalls).toBe(0);
  });
});

describe('the state', () => {
  test('tells of every stream what MediaMTX said last', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    const readers = ['webRTCSession', 'webRTCSession', 'hlsMuxer', 'rtspSession'].map((type) => ({ type, id: '' }));
    gate.playing(sub, { readers, bytesReceived: 10, bytesSent: 20 });
    await gate.pass(1_000);
    const idle = {
      ready: false,
      stalled: false,
      tracks: [],
      viewers: { webrtc: 0, hls: 0, rtsp: 0 },
      bytesReceived: 0,
      bytesSent: 0,
      stalls: 0,
      restarts: 0,
      reason: null,
      code: null,
      facts: null,
    };
    expect(gate.wake.streams()).toEqual([
      { ...idle, stream: main },
      {
        ...idle,
        stream: sub,
        ready: true,
        tracks: ['H264'],
        viewers: { webrtc: 2, hls: 1, rtsp: 1 },
        bytesReceived: 10,
        bytesSent: 20,
        facts: H264,
      },
    ]);
  });

  test('holds no password, and the log neither', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.say('[path gate-sub] [RTSP source] bad status code: 401 (Unauthorized)', 'ERR');
    await settle();
    expect(JSON.stringify([gate.wake.streams(), gate.log.events])).not.toContain('invented');
  });
});
