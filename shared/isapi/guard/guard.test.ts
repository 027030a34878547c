import { describe, expect, it } from 'vitest';
import { useFakeCameras } from './fake-camera.test-support.ts';
import { failure, gateId, gateTo, minutes, movableClock } from './gate.test-support.ts';
import { memoryLedger } from './ledger.ts';

const cameraThat = useFakeCameras();

describe('a shut guard', () => {
  it('says since when, why, how many tries are left, and when it may try again', async () => {
    const camera = await cameraThat({ password: 'other', tries: 5 });
    const { get, guard, clock, log } = gateTo(camera);
    await failure(get());
    const { shut, badLogins } = await guard.state();
    expect(badLogins).toBe(1);
    expect(shut).toMatchObject({ why: 'bad_login', triesLeft: 4 });
    const probeInMs = Date.parse(shut?.probeAt ?? '') - Date.parse(shut?.since ?? '');
    expect(probeInMs).toBe(minutes(30));
    expect(Math.abs(Date.parse(shut?.since ?? '') - clock.now())).toBeLessThan(5_000);
    const { refusedAt: _, ...said } = shut ?? {};
    expect(log.events).toContainEqual({ event: 'guard.shut', fields: { camera: gateId, badLogins: 1, ...said } });
  });

  it('prints no password anywhere', async () => {
    const camera = await cameraThat({ password: 'other' });
    const { get, guard, log, ledger, account } = gateTo(camera, { password: 'Geh3im!s', passwordVersion: '7' });
    const error = await failure(get());
    const everything = [
      error.message,
      error.stack,
      log.events,
      await ledger.read(gateId),
      guard,
      await account.current(),
    ];
    expect(JSON.stringify(everything)).not.toContain('Geh3im!s');
  });

  it('sends one single probe after 30 minutes, however many ask', async () => {
    const camera = await cameraThat({ password: 'other' });
    const { get, clock } = gateTo(camera);
    await failure(get());
    clock.advance(minutes(30) - 5_000);
    await failure(get());
    expect(camera.badLogins).toBe(1);
    clock.advance(6_000);
    await Promise.all(Array.from({ length: 10 }, () => failure(get())));
    expect(camera.seen).toEqual(['-', 'bad', '-', 'bad']);
  });

  it('waits for the unlock time that the camera names', async () => {
    const camera = await cameraThat({ password: 'other', locksAfter: 1, unlockSeconds: 3_600 });
    const { get, clock } = gateTo(camera);
    expect(await failure(get())).toMatchObject({ retryAfterSeconds: 3_600 });
    clock.advance(minutes(31));
    await failure(get());
    expect(camera.seen).toEqual(['-', 'bad']);
  });

  it('after two bad logins opens for nothing but an operator or another password', async () => {
    const camera = await cameraThat({ password: 'other' });
    const { get, clock, log } = gateTo(camera);
    await failure(get());
    clock.advance(minutes(31));
    const second = await failure(get());
    expect(second).toMatchObject({ code: 'camera_locked', retryAfterSeconds: undefined });
    for (let day = 0; day < 3; day += 1) {
      clock.advance(minutes(24 * 60));
      await failure(get());
    }
    expect(camera.badLogins).toBe(2);
    expect(log.events.map(({ event }) => event)).toContain('guard.probe_refused');
  });

  it('opens when its probe is let in, but remembers the first bad login', async () => {
    const camera = await cameraThat({ password: 'other' });
    const { get, guard, clock, log } = gateTo(camera);
    await failure(get());
    camera.settings.password = 'right';
    clock.advance(minutes(31));
    await get();
    await expect(guard.state()).resolves.toMatchObject({ shut: null, badLogins: 1 });
    expect(log.events.at(-1)).toMatchObject({ event: 'guard.opened' });
    camera.settings.password = 'other';
    await failure(get());
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 2, shut: { probeAt: null } });
    expect(camera.badLogins).toBe(2);
  });

  it('keeps its probe for later when the camera is away, and has none left when the answer is lost', async () => {
    const camera = await cameraThat({ password: 'other' });
    const { get, guard, clock } = gateTo(camera);
    await failure(get());
    clock.advance(minutes(31));
    camera.settings.before = (request) => {
      request.socket.destroy();
      return true;
    };
    expect(await failure(get())).toMatchObject({ code: 'camera_unreachable' });
    expect(await failure(get())).toMatchObject({ code: 'camera_unreachable' });
    camera.settings.before = (request) => {
      if (request.headers.authorization) request.socket.destroy();
      return request.headers.authorization !== undefined;
    };
    expect(await failure(get())).toMatchObject({ code: 'camera_unreachable' });
    expect(await failure(get())).toMatchObject({ code: 'camera_locked', retryAfterSeconds: undefined });
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 2 });
  });
});

describe('re-arming', () => {
  it('a changed password opens at once, and an old one that comes back does not', async () => {
    const camera = await cameraThat({ password: 'new' });
    const ledger = memoryLedger();
    await failure(gateTo(camera, { ledger, password: 'old' }).get());
    await gateTo(camera, { ledger, password: 'new' }).get();
    await failure(gateTo(camera, { ledger, password: 'old' }).get());
    expect(camera.seen).toEqual(['-', 'bad', '-', 'A']);
  });

  it.each([5, 3])(
    'password after password leaves the camera (%i tries) its last one, for half an hour or an operator',
    async (tries) => {
      const camera = await cameraThat({ password: 'nobody-knows-it', tries, locksAfter: tries });
      const [ledger, clock] = [memoryLedger(), movableClock()];
      const typed = Array.from({ length: 8 }, (_, n) => gateTo(camera, { ledger, clock, password: `guess ${n}` }));
      for (const { get } of typed) expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
      expect(camera.badLogins).toBe(tries - 1);
      camera.settings.password = 'the right one';
      const right = gateTo(camera, { ledger, clock, password: 'the right one' });
      const refused = await failure(right.get());
      expect(refused.message).toContain('one try left before it locks');
      await expect(right.guard.state()).resolves.toMatchObject({ shut: { triesLeft: 1 }, badLogins: 0 });
      await right.guard.rearm('aziza');
      await expect(right.get()).resolves.toMatchObject({ status: 200 });
      // The camera counts anew from there.
      expect(await failure(gateTo(camera, { ledger, clock, password: 'wrong again' }).get())).toMatchObject({
        code: 'camera_locked',
      });
      expect(camera.badLogins).toBe(tries);
      await expect(right.get()).rejects.toMatchObject({ code: 'camera_locked' });
    },
  );

  it('the last try is kept also where a probe has spent the one before', async () => {
    const camera = await cameraThat({ password: 'nobody-knows-it', tries: 3, locksAfter: 3 });
    const [ledger, clock] = [memoryLedger(), movableClock()];
    const one = gateTo(camera, { ledger, clock, password: 'guess 1' });
    await failure(one.get());
    clock.advance(minutes(31));
    await failure(one.get());
    expect(camera.badLogins).toBe(2);
    for (let minute = 0; minute < 29; minute += 1) {
      await failure(gateTo(camera, { ledger, clock, password: 'guess 2' }).get());
      clock.advance(minutes(1));
    }
    expect(camera.badLogins).toBe(2);
  });

  it("an operator's word is no worse than none for a password that was let in and lost its answers", async () => {
    const camera = await cameraThat();
    const { get, guard } = gateTo(camera);
    await get();
    camera.settings.serve = ({ socket }) => socket.destroy();
    for (let n = 0; n < 3; n += 1) await failure(get());
    await guard.rearm('aziza');
    expect(await failure(get())).toMatchObject({ code: 'camera_unreachable' });
    expect(await failure(get())).toMatchObject({ code: 'camera_locked', retryAfterSeconds: 1800 });
    delete camera.settings.serve;
    await guard.rearm('aziza');
    await get();
    await expect(guard.state()).resolves.toMatchObject({ shut: null, badLogins: 0 });
  });

  it("an operator's word is worth one try", async () => {
    const camera = await cameraThat({ password: 'other' });
    const { get, guard, log } = gateTo(camera);
    await failure(get());
    await guard.rearm('aziza');
    expect(await failure(get())).toMatchObject({ code: 'camera_locked', retryAfterSeconds: undefined });
    await failure(get());
    expect(camera.badLogins).toBe(2);
    expect(log.events).toContainEqual({ event: 'guard.rearmed', fields: { camera: gateId, operator: 'aziza' } });
  });

  it('a bad login is counted although an operator opened while it was out', async () => {
    const ledger = memoryLedger();
    const clock = movableClock();
    const camera = await cameraThat({ password: 'other' });
    const { get, guard } = gateTo(camera, { ledger, clock });
    const operator = gateTo(camera, { ledger, clock });
    let isFirst = true;
    camera.settings.before = (request, response) => {
      if (!request.headers.authorization || !isFirst) return false;
      isFirst = false;
      clock.advance(minutes(1));
      operator.guard.rearm('aziza').then(() => response.writeHead(401).end());
      return true;
    };
    await failure(get());
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 2, shut: { why: 'bad_login', probeAt: null } });
  });

  it('an operator opens the gate once the password is right again', async () => {
    const camera = await cameraThat({ password: 'other' });
    const { get, guard } = gateTo(camera);
    await failure(get());
    camera.settings.password = 'right';
    await guard.rearm('aziza');
    await expect(get()).resolves.toMatchObject({ status: 200 });
  });
});
