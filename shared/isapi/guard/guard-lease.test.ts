import { describe, expect, it } from 'vitest';
import { Broken } from '../../support/errors.ts';
import { useFakeCameras } from './fake-camera.test-support.ts';
import { failure, gateId, gateTo, minutes, movableClock } from './gate.test-support.ts';
import { type GuardLedger, memoryLedger } from './ledger.ts';
import type { GuardRow } from './row.ts';

const cameraThat = useFakeCameras();

/** A ledger that counts, and that can be taken away. */
function watchedLedger() {
  const inner = memoryLedger();
  const watched = { reads: 0, writes: 0, isAway: false, rows: [] as GuardRow[] };
  const ledger: GuardLedger = {
    async read(camera) {
      watched.reads += 1;
      if (watched.isAway) throw new Broken('internal', 'could not read the ledger: away');
      return inner.read(camera);
    },
    async write(camera, row, expectedVersion) {
      watched.writes += 1;
      if (watched.isAway) throw new Broken('internal', 'could not write the ledger: away');
      watched.rows.push(row);
      return inner.write(camera, row, expectedVersion);
    },
  };
  return { ledger, watched };
}

describe('the lease', () => {
  it('is in the ledger before credentials are sent, and gone with the outcome', async () => {
    const { ledger, watched } = watchedLedger();
    const camera = await cameraThat({});
    let holder: string | undefined;
    camera.settings.serve = async (_, response) => {
      holder = (await ledger.read(gateId))?.lease?.holder;
      response.end();
    };
    await gateTo(camera, { ledger }).get();
    expect(holder).toBe('test');
    expect(watched.rows.map(({ lease }) => lease?.holder)).toEqual(['test', undefined]);
  });

  it('costs one read and two writes per request', async () => {
    const { ledger, watched } = watchedLedger();
    const { get } = gateTo(await cameraThat({}), { ledger });
    await get();
    Object.assign(watched, { reads: 0, writes: 0 });
    for (let n = 0; n < 10; n += 1) await get();
    expect(watched).toMatchObject({ reads: 10, writes: 20 });
  });

  it('that ran out without an outcome counts as a bad login of the password it went out with', async () => {
    const ledger = memoryLedger();
    const clock = movableClock();
    const camera = await cameraThat({});
    const until = new Date(clock.now() + 10_000).toISOString();
    const lease = { attempt: 'a', holder: 'killed', until, passwordVersion: 'right' };
    await ledger.write(gateId, { version: 1, lease, nonceReuse: 'untried', passwords: [] }, 0);
    clock.advance(11_000);
    const { get, guard } = gateTo(camera, { ledger, clock });
    expect(await failure(get())).toMatchObject({ code: 'camera_locked', retryAfterSeconds: 1800 });
    expect(camera.seen).toEqual([]);
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 1, shut: { why: 'lost_attempt' } });
    await expect(
      gateTo(camera, { ledger, clock, password: 'right', passwordVersion: 'next' }).get(),
    ).resolves.toBeTruthy();
  });

  it('of another process is waited for, not overtaken', async () => {
    const ledger = memoryLedger();
    let inFlight = 0;
    let most = 0;
    const camera = await cameraThat({});
    camera.settings.serve = (_, response) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      setImmediate(() => {
        inFlight -= 1;
        response.end();
      });
    };
    const processes = Array.from({ length: 4 }, () => gateTo(camera, { ledger }));
    await Promise.all(processes.flatMap(({ get }) => [get('/a'), get('/b')]));
    expect(most).toBe(1);
    expect(camera.badLogins).toBe(0);
  });

  it('of another process that does not end in time is a busy camera', async () => {
    const ledger = memoryLedger();
    const clock = movableClock();
    const until = new Date(clock.now() + minutes(1)).toISOString();
    const lease = { attempt: 'a', holder: 'doctor', until, passwordVersion: 'right' };
    await ledger.write(gateId, { version: 1, lease, nonceReuse: 'untried', passwords: [] }, 0);
    const { client } = gateTo(await cameraThat({}), { ledger, clock });
    const call = client.request({ method: 'GET', path: '/a', timeoutMs: 300, maxBytes: 100 });
    expect(await failure(call)).toMatchObject({ code: 'camera_busy' });
  });
});

describe('a ledger that does not answer', () => {
  it('sends no credentials', async () => {
    const { ledger, watched } = watchedLedger();
    const camera = await cameraThat({});
    watched.isAway = true;
    expect(await failure(gateTo(camera, { ledger }).get())).toBeInstanceOf(Broken);
    expect(camera.seen).toEqual([]);
  });

  it('when a bad login is to be written keeps it shut, and learns it as soon as it is back', async () => {
    const { ledger, watched } = watchedLedger();
    const camera = await cameraThat({ password: 'other' });
    camera.settings.before = (request) => {
      watched.isAway = request.headers.authorization !== undefined;
      return false;
    };
    const { get, guard } = gateTo(camera, { ledger });
    expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
    expect(await failure(get())).toBeInstanceOf(Broken);
    watched.isAway = false;
    expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
    expect(camera.seen).toEqual(['-', 'bad']);
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 1, shut: { why: 'bad_login' } });
  });

  it('when a good login is to be written loses neither the answer nor the guard', async () => {
    const { ledger, watched } = watchedLedger();
    const camera = await cameraThat({});
    camera.settings.before = (request) => {
      watched.isAway = request.headers.authorization !== undefined;
      return false;
    };
    const { get, guard, clock } = gateTo(camera, { ledger });
    await expect(get()).resolves.toMatchObject({ status: 200 });
    watched.isAway = false;
    clock.advance(minutes(5));
    await expect(get()).resolves.toMatchObject({ status: 200 });
    watched.isAway = false;
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 0, shut: null });
  });
});
