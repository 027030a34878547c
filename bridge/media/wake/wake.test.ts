import { afterEach, describe, expect, test } from 'vitest';
import { CameraIdSchema } from '../../../shared/detection/detection.ts';
import { streamName } from '../../../shared/video/stream-name.ts';
import { main, settle, startWake, sub } from './wake.fixture.ts';

const ending: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

function gateWithVideo() {
  const gate = startWake();
  ending.push(gate.end);
  return gate;
}

describe('a viewer of a stream that sleeps', () => {
  test('is let in once the camera has let the login in, and MediaMTX gets that very password', async () => {
    const gate = gateWithVideo();
    expect(gate.wake.mayRead(sub)).toBe(false);
    await gate.wake.admit(sub, 'webrtc');
    expect(gate.probes.sent).toEqual(['sub']);
    const { source } = gate.paths.get(sub) ?? {};
    expect(source).toMatchObject({
      host: '192.0.2.5',
      rtspPort: 554,
      rtspPath: '/Streaming/Channels/102',
      user: 'operator',
    });
    expect(source?.password.reveal()).toBe('invented-1');
    expect([gate.wake.mayRead(sub), gate.wake.mayRead(main)]).toEqual([true, false]);
  });

  test('shares one probe with fifty others', async () => {
    const gate = gateWithVideo();
    await Promise.all(Array.from({ length: 50 }, () => gate.wake.admit(sub, 'webrtc')));
    expect(gate.probes.sent).toEqual(['sub']);
    expect(gate.calls.filter((call) => call === `add ${sub}`)).toHaveLength(1);
  });

  test('within half a minute of a proof needs no other, after it does', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    await gate.pass(29_000);
    await gate.wake.admit(sub, 'webrtc');
    expect(gate.probes.sent).toHaveLength(1);
    await gate.pass(1_500);
    expect(gate.wake.mayRead(sub)).toBe(false);
    await gate.wake.admit(sub, 'webrtc');
    expect(gate.probes.sent).toHaveLength(2);
  });

  test('of the other stream has it proven by itself', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    await gate.wake.admit(main, 'webrtc');
    expect(gate.probes.sent).toEqual(['sub', 'main']);
  });

  test('that no camera has is told so, and nothing is asked', async () => {
    const gate = gateWithVideo();
    const unknown = streamName(CameraIdSchema.parse('yard'), 'sub');
    await expect(gate.wake.admit(unknown, 'webrtc')).rejects.toMatchObject({ code: 'not_found' });
    expect([gate.wake.mayRead(unknown), gate.calls, gate.probes.sent]).toEqual([false, [], []]);
  });

  test('who goes away does not take the probe from those who stay', async () => {
    const gate = gateWithVideo();
    const hold = Promise.withResolvers<void>();
    gate.probes.held = hold.promise;
    const leaver = new AbortController();
    const left = gate.wake.admit(sub, 'webrtc', leaver.signal);
    const stays = gate.wake.admit(sub, 'webrtc');
    await settle();
    leaver.abort();
    await expect(left).rejects.toMatchObject({ code: 'camera_busy' });
    hold.resolve();
    await expect(stays).resolves.toBeUndefined();
  });
});

describe('a viewer of a stream that plays', () => {
  test('is let in at once, however old the proof is', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub);
    await gate.pass(3_600_000);
    await gate.wake.admit(sub, 'webrtc');
    expect([gate.probes.sent.length, gate.wake.mayRead(sub)]).toEqual([1, true]);
  });

  test('is asked about in MediaMTX itself: what played a moment ago proves nothing', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub);
    await gate.pass(60_000);
    gate.playing(sub, { ready: false });
    await gate.wake.admit(sub, 'webrtc');
    expect(gate.probes.sent).toHaveLength(2);
  });
});

describe('a path', () => {
  test('that nobody woke goes soon after its proof is worth nothing', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    await gate.pass(34_000);
    expect(gate.paths.has(sub)).toBe(true);
    await gate.pass(4_000);
    expect(gate.paths.has(sub)).toBe(false);
  });

  test('whose last viewer has left goes when the camera was let go', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub);
    await gate.pass(600_000);
    gate.playing(sub, { ready: false });
    gate.say('[path gate-sub] [RTSP source] stopped: not needed by anyone');
    expect(gate.wake.mayRead(sub)).toBe(false);
    await gate.pass(2_000);
    expect(gate.paths.has(sub)).toBe(false);
  });

  test('is put in again with another password when that was changed', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    Object.assign(gate.account, { passwordVersion: '2' });
    await gate.wake.admit(sub, 'webrtc');
    expect(gate.probes.sent).toHaveLength(2);
    expect(gate.calls.filter((call) => call === `add ${sub}`)).toHaveLength(2);
  });

  test('that was lost with a restart of MediaMTX is put in again', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub);
    await gate.pass(60_000);
    gate.server.state = { ...gate.server.state, status: 'restarting' };
    gate.server.away = true;
    gate.paths.clear();
    await gate.pass(2_000);
    expect(gate.wake.mayRead(sub)).toBe(false);
    await expect(gate.wake.admit(sub, 'webrtc')).rejects.toMatchObject({ code: 'camera_busy' });
    gate.server.state = { ...gate.server.state, status: 'running' };
    gate.server.away = false;
    await gate.wake.admit(sub, 'webrtc');
    expect([gate.probes.sent.length, gate.paths.has(sub), gate.wake.mayRead(sub)]).toEqual([2, true, true]);
  });

  test('that was put in while MediaMTX was listing the others is not taken for lost', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(main, 'webrtc');
    const listed = Promise.withResolvers<void>();
    gate.server.listing = listed.promise;
    await gate.pass(1_000);
    await gate.wake.admit(sub, 'webrtc');
    listed.resolve();
    await settle();
    await gate.wake.admit(sub, 'webrtc');
    expect(gate.calls.filter((call) => call === `add ${sub}`)).toHaveLength(1);
  });
});
