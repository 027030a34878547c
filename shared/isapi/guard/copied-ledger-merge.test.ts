import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bridgesOn, type SwitchedTable, switchedTable } from './copied-ledger.test-support.ts';
import { useFakeCameras } from './fake-camera.test-support.ts';
import { failure, gateId, gateTo, minutes, movableClock } from './gate.test-support.ts';

const cameraThat = useFakeCameras();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-copies-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});
const bridgeAnd = (table: SwitchedTable, clock = movableClock()) => bridgesOn(folder, table, clock);

describe('once the table is back', () => {
  it('a bad login that happened meanwhile stops the functions too, though the bridge was killed', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    await gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' }).get();
    table.isAway = true;
    camera.settings.password = 'other';
    await failure(gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' }).get());
    table.isAway = false;
    await bridge().read(gateId);
    camera.seen.length = 0;
    const api = gateTo(camera, { ledger: table.ledger, clock, holder: 'api' });
    expect(await failure(api.get())).toMatchObject({ code: 'camera_locked' });
    expect(camera.seen).toEqual([]);
  });

  it('bad logins of both sides are added up, and the guard stays shut', async () => {
    const table = switchedTable();
    const camera = await cameraThat({ tries: 5 });
    const { bridge, clock } = bridgeAnd(table);
    const away = gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' });
    const api = gateTo(camera, { ledger: table.ledger, clock, holder: 'api' });
    await away.get();
    camera.settings.password = 'other';
    table.isAway = true;
    await failure(away.get());
    table.isAway = false;
    await failure(api.get());
    clock.advance(minutes(31));
    expect(await failure(away.get())).toMatchObject({ code: 'camera_locked', retryAfterSeconds: undefined });
    await expect(api.guard.state()).resolves.toMatchObject({ badLogins: 2, shut: { probeAt: null } });
    expect(camera.badLogins).toBe(2);
  });

  it("an operator's word that the bridge could not hear is not undone", async () => {
    const table = switchedTable();
    const camera = await cameraThat({ password: 'other' });
    const { bridge, clock } = bridgeAnd(table);
    const away = gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' });
    const api = gateTo(camera, { ledger: table.ledger, clock, holder: 'api' });
    await failure(away.get());
    table.isAway = true;
    await failure(away.get());
    table.isAway = false;
    camera.settings.password = 'right';
    await api.guard.rearm('aziza');
    clock.advance(minutes(1));
    await expect(away.get()).resolves.toMatchObject({ status: 200 });
  });

  it('a lease whose answer was lost is no bad login', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    const { get, guard } = gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' });
    await get();
    table.losesAnswers = true;
    await expect(get()).resolves.toMatchObject({ status: 200 });
    expect((await table.rows.read(gateId))?.lease).toMatchObject({ holder: 'bridge' });
    Object.assign(table, { losesAnswers: false, isAway: false });
    clock.advance(3_000);
    await expect(get()).resolves.toMatchObject({ status: 200 });
    clock.advance(minutes(5));
    await expect(get()).resolves.toMatchObject({ status: 200 });
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 0, shut: null });
  });

  it('a lease that was left in it is ended there without waiting for the next login', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    const ledger = bridge();
    const { get } = gateTo(camera, { ledger, clock, holder: 'bridge' });
    await get();
    camera.settings.before = (request) => {
      table.isAway = request.headers.authorization !== undefined;
      return false;
    };
    await expect(get()).resolves.toMatchObject({ status: 200 });
    expect((await table.rows.read(gateId))?.lease).toMatchObject({ holder: 'bridge' });
    table.isAway = false;
    clock.advance(3_000);
    const stop = new AbortController();
    const merging = ledger.mergeUntil(stop.signal);
    await vi.waitUntil(async () => (await table.rows.read(gateId))?.lease === null);
    stop.abort();
    await merging;
    clock.advance(minutes(1));
    const api = gateTo(camera, { ledger: table.ledger, clock, holder: 'api' });
    delete camera.settings.before;
    await expect(api.get()).resolves.toMatchObject({ status: 200 });
  });
});
