import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broken } from '../../support/errors.ts';
import { badNow, bridgesOn, type SwitchedTable, switchedTable } from './copied-ledger.test-support.ts';
import { copiedLedger, copiesIn } from './copied-ledger.ts';
import { useFakeCameras } from './fake-camera.test-support.ts';
import { failure, gateId, gateTo, minutes, movableClock, recordingLog } from './gate.test-support.ts';
import { emptyRow } from './row.ts';
import { TableAway } from './table-away.ts';

const cameraThat = useFakeCameras();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-copies-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});
const bridgeAnd = (table: SwitchedTable, clock = movableClock()) => bridgesOn(folder, table, clock);

describe('while the table answers', () => {
  it('its word counts, and the copy follows it', async () => {
    const table = switchedTable();
    const { bridge, clock, copies } = bridgeAnd(table);
    const ledger = bridge();
    await expect(ledger.read(gateId)).resolves.toBeNull();
    await table.rows.write(gateId, { ...badNow(clock.now()), version: 7 }, 0);
    const row = await ledger.read(gateId);
    expect(row).toMatchObject({ version: 7, passwords: [{ badLogins: 1 }] });
    await expect(copies.read(gateId)).resolves.toEqual({ ...row, base: null });
    const next = { ...emptyRow, version: 8 };
    await expect(ledger.write(gateId, next, 7)).resolves.toBe(true);
    await expect(copies.read(gateId)).resolves.toEqual({ ...next, base: null });
    await expect(ledger.write(gateId, next, 7)).resolves.toBe(false);
  });

  it('a table that was emptied learns from the copy what it has forgotten', async () => {
    const clock = movableClock();
    const { bridge } = bridgeAnd(switchedTable(), clock);
    await bridge().write(gateId, { ...badNow(clock.now()), version: 3 }, 0);
    const emptied = switchedTable();
    await expect(bridgeAnd(emptied, clock).bridge().read(gateId)).resolves.toMatchObject({
      passwords: [{ badLogins: 1 }],
    });
    await expect(emptied.rows.read(gateId)).resolves.toMatchObject({ passwords: [{ badLogins: 1 }] });
  });
});

describe('while the table is away', () => {
  it('an open copy lets the bridge go on, and a function that has none refuses', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    const { get } = gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' });
    const api = gateTo(camera, { ledger: table.ledger, clock, holder: 'api' });
    await get();
    table.isAway = true;
    await expect(get()).resolves.toMatchObject({ status: 200 });
    expect(await failure(api.get())).toMatchObject({ code: 'camera_busy' });
    clock.advance(minutes(1));
    table.isAway = false;
    await expect(api.get()).resolves.toMatchObject({ status: 200 });
    await expect(get()).resolves.toMatchObject({ status: 200 });
    expect(camera.badLogins).toBe(0);
  });

  it('a refused password is probed by those who see the table: three bad logins of bridge and function at the most', async () => {
    const table = switchedTable();
    const camera = await cameraThat({ tries: 20 });
    const { bridge, clock } = bridgeAnd(table);
    const { get } = gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' });
    const api = gateTo(camera, { ledger: table.rows, clock, holder: 'api' });
    await get();
    camera.settings.password = 'changed';
    table.isAway = true;
    for (let day = 0; day < 3; day += 1) {
      for (let n = 0; n < 30; n += 1) {
        for (const ask of [get, api.get]) await failure(ask());
        clock.advance(minutes(47));
      }
    }
    expect(camera.badLogins).toBe(3);
    table.isAway = false;
    for (const ask of [get, api.get]) await failure(ask());
    expect(camera.badLogins).toBe(3);
  });

  it('a shut copy refuses, over restarts, and not a byte is sent', async () => {
    const table = switchedTable();
    const camera = await cameraThat({ password: 'other' });
    const { bridge, clock } = bridgeAnd(table);
    await failure(gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' }).get());
    camera.seen.length = 0;
    table.isAway = true;
    for (let restart = 0; restart < 3; restart += 1) {
      const { get } = gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' });
      expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
    }
    expect(camera.seen).toEqual([]);
  });

  it('a bridge without a copy refuses', async () => {
    const table = switchedTable();
    table.isAway = true;
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    const refusal = await failure(gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' }).get());
    expect(refusal).toBeInstanceOf(TableAway);
    expect(refusal).toMatchObject({ code: 'camera_busy', retryAfterSeconds: 2 });
    expect(camera.seen).toEqual([]);
  });

  it('a copy that the disk did not take is not believed', async () => {
    const table = switchedTable();
    const clock = movableClock();
    const copies = copiesIn(folder);
    const log = recordingLog();
    let isFull = false;
    const onFullDisk: typeof copies = {
      ...copies,
      write: async (...row) => {
        if (isFull) throw new Broken('internal', 'could not write: the disk is full');
        return copies.write(...row);
      },
    };
    const ledger = copiedLedger({ table: table.ledger, copies: onFullDisk, holder: 'bridge', clock, log });
    await ledger.write(gateId, { ...emptyRow, version: 1 }, 0);
    isFull = true;
    await ledger.write(gateId, { ...badNow(clock.now()), version: 2 }, 1);
    await ledger.write(gateId, { ...badNow(clock.now()), version: 3 }, 2);
    table.isAway = true;
    expect(await failure(ledger.read(gateId))).toMatchObject({ code: 'camera_busy' });
    expect(log.events.filter(({ event }) => event === 'guard.copy_outdated')).toHaveLength(1);
  });

  it('a function that was logging in is waited for, and not taken for lost', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    const until = new Date(clock.now() + 10_000).toISOString();
    const lease = { attempt: 'a', holder: 'api', until, passwordVersion: 'right' };
    await table.rows.write(gateId, { ...emptyRow, version: 1, lease }, 0);
    const ledger = bridge();
    await ledger.read(gateId);
    table.isAway = true;
    const { client, get, guard } = gateTo(camera, { ledger, clock, holder: 'bridge' });
    const hasty = client.request({ method: 'GET', path: '/a', timeoutMs: 100, maxBytes: 100 });
    expect(await failure(hasty)).toMatchObject({ code: 'camera_busy' });
    clock.advance(10_001);
    await expect(get()).resolves.toMatchObject({ status: 200 });
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 0, shut: null });
  });

  it('it is asked once in two seconds and not at every step', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock, log } = bridgeAnd(table);
    const { get } = gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' });
    await get();
    table.isAway = true;
    table.questions = 0;
    for (let n = 0; n < 5; n += 1) await get();
    expect(table.questions).toBe(1);
    clock.advance(2_001);
    await get();
    expect(table.questions).toBe(2);
    const told = log.events.filter(({ event }) => event.startsWith('guard.table'));
    expect(told).toEqual([{ event: 'guard.table_away', fields: { reason: 'the table is away' } }]);
  });
});
