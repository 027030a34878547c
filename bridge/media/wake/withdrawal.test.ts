import { afterEach, describe, expect, test } from 'vitest';
import { Busy } from '../../../shared/support/errors.ts';
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

/** A camera account whose guard another request has shut. */
async function shutGuard({ guard, clock }: ReturnType<typeof startWake>): Promise<void> {
  const notice = { triesLeft: null, unlockSeconds: null };
  const until = clock.now() + 1_000;
  await guard.pass({ until }, async () => ({ kind: 'refused', logins: 1, why: 'bad_login', notice })).catch(() => {});
  expect((await guard.state()).shut).not.toBeNull();
}

describe('a login that the camera refuses to MediaMTX', () => {
  const REFUSED = '[path gate-sub] [RTSP source] bad status code: 401 (Unauthorized)';

  test('takes every path of that camera out at once, and shuts its guard', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    await gate.wake.admit(main, 'webrtc');
    gate.say(REFUSED, 'ERR');
    // Not a second later, before MediaMTX tries again.
    await settle();
    expect([...gate.paths.keys()]).toEqual([]);
    expect([gate.wake.mayRead(sub), gate.wake.mayRead(main)]).toEqual([false, false]);
    expect(await gate.guard.state()).toMatchObject({ badLogins: 1, shut: { why: 'bad_login' } });
    expect(gate.wake.view(sub)).toMatchObject({ code: 'camera_locked' });
  });

  test('makes a probe worthless that was asked before it', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(main, 'webrtc');
    const hold = Promise.withResolvers<void>();
    gate.probes.held = hold.promise;
    const waiting = gate.wake.admit(sub, 'webrtc');
    await settle();
    gate.say('[path gate-main] [RTSP source] bad status code: 401 (Unauthorized)', 'ERR');
    hold.resolve();
    await expect(waiting).rejects.toMatchObject({ code: 'camera_locked' });
    expect([gate.paths.size, gate.wake.mayRead(sub)]).toEqual([0, false]);
  });

  test('is not counted against a password that has come since', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    Object.assign(gate.account, { passwordVersion: '2' });
    gate.say(REFUSED, 'ERR');
    await settle();
    expect(gate.paths.size).toBe(0);
    expect(await gate.guard.state()).toMatchObject({ badLogins: 0, shut: null });
  });

  test('said again changes nothing', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    for (let times = 0; times < 3; times += 1) gate.say(REFUSED, 'ERR');
    await settle();
    expect((await gate.guard.state()).badLogins).toBe(1);
  });

  test('while MediaMTX does not answer: the path goes as soon as it does', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub);
    gate.server.away = true;
    gate.say(REFUSED, 'ERR');
    await gate.pass(3_000);
    expect([gate.paths.has(sub), gate.wake.mayRead(sub)]).toEqual([true, false]);
    gate.server.away = false;
    await gate.pass(2_000);
    expect(gate.paths.has(sub)).toBe(false);
  });
});

describe('a guard that another request has shut', () => {
  test('lets nobody wake a path, with a fresh proof either', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    await shutGuard(gate);
    gate.probes.failure = new Busy('camera_locked', 'its guard is shut');
    await expect(gate.wake.admit(sub, 'webrtc')).rejects.toMatchObject({ code: 'camera_locked' });
  });

  test('takes paths out that do not play, within five seconds', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    await gate.pass(2_000);
    await shutGuard(gate);
    await gate.pass(6_000);
    expect([gate.paths.has(sub), gate.wake.mayRead(sub)]).toEqual([false, false]);
    expect(gate.wake.view(sub)).toMatchObject({ code: 'camera_locked' });
  });

  test('takes them out as soon where our own clock was set back by an hour', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    await gate.pass(6_000);
    const { now } = gate.clock;
    gate.clock.now = () => now() - 3_600_000;
    await gate.pass(2_000);
    await gate.wake.admit(sub, 'webrtc');
    await shutGuard(gate);
    await gate.pass(6_000);
    expect([gate.paths.has(sub), gate.wake.view(sub).code]).toEqual([false, 'camera_locked']);
  });

  test('leaves a stream alone that plays, until it ends', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub);
    await gate.pass(2_000);
    await shutGuard(gate);
    await gate.pass(60_000);
    expect([gate.paths.has(sub), gate.wake.mayRead(sub)]).toEqual([true, true]);
    gate.playing(sub, { ready: false });
    await gate.pass(1_000);
    expect([gate.paths.has(sub), gate.wake.mayRead(sub)]).toEqual([false, false]);
  });

  test('makes the proof of a stream that plays worthless, however fresh it is', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    gate.playing(sub);
    await gate.pass(2_000);
    await shutGuard(gate);
    await gate.pass(6_000);
    expect(gate.wake.mayRead(sub)).toBe(true);
    gate.say('[path gate-sub] [RTSP source] stopped: not needed by anyone');
    expect(gate.wake.mayRead(sub)).toBe(false);
  });

  test('that opens again does not cost the next viewer anything', async () => {
    const gate = gateWithVideo();
    await gate.wake.admit(sub, 'webrtc');
    await gate.pass(2_000);
    await shutGuard(gate);
    await gate.pass(6_000);
    await gate.guard.rearm('operator');
    await gate.wake.admit(sub, 'webrtc');
    await gate.pass(10_000);
    expect(gate.paths.has(sub)).toBe(true);
  });

  test('is asked about only while there are paths', async () => {
    const gate = gateWithVideo();
    await gate.pass(60_000);
    expect(gate.calls).toEqual([]);
  });
});
