import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broken, Busy } from '../../support/errors.ts';
import { copiedLedger, copiesIn } from './copied-ledger.ts';
import { useFakeCameras } from './fake-camera.test-support.ts';
import { failure, gateId, gateTo, minutes, movableClock, recordingLog } from './gate.test-support.ts';
import { type GuardLedger, memoryLedger } from './ledger.ts';
import { emptyRow, shutBy } from './row.ts';

const cameraThat = useFakeCameras();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-copies-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A table that can be taken away, and that can take a write whose answer is lost. */
function switchedTable() {
  const rows = memoryLedger();
  const table = { isAway: false, losesAnswers: false, questions: 0 };
  const answer = () => {
    table.questions += 1;
    if (table.isAway) throw new Busy('camera_busy', 'the table is away');
  };
  const ledger: GuardLedger = {
    read: async (camera) => {
      answer();
      return rows.read(camera);
    },
    write: async (camera, row, expectedVersion) => {
      answer();
      const isFirst = await rows.write(camera, row, expectedVersion);
      if (table.losesAnswers) {
        table.isAway = true;
        answer();
      }
      return isFirst;
    },
  };
  return Object.assign(table, { ledger, rows });
}

/** A bridge on this folder, and a function that has only the table. */
function bridgeAnd(table: ReturnType<typeof switchedTable>, clock = movableClock()) {
  const log = recordingLog();
  const copies = copiesIn(folder);
  const bridge = () => copiedLedger({ table: table.ledger, copies, holder: 'bridge', clock, log });
  return { bridge, clock, log, copies };
}

const badNow = (now: number) =>
  shutBy(emptyRow, {
    passwordVersion: 'right',
    logins: 1,
    why: 'bad_login',
    notice: { triesLeft: null, unlockSeconds: null },
    now,
  });

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
    expect(await failure(gateTo(camera, { ledger: bridge(), clock, holder: 'bridge' }).get())).toMatchObject({
      code: 'camera_busy',
    });
    expect(camera.seen).toEqual([]);
  });

  it('a copy that the disk did not take is not believed', async () => {
    const table = switchedTable();
    const clock = movableClock();
    const copies = copiesIn(folder);
    const log = recordingLog();
    let isFull = false;
    const onFullDisk: typeof copies = {
      read: copies.read,
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
    expect(log.events.map(({ event }) => event).filter((event) => event.startsWith('guard.table'))).toEqual([
      'guard.table_away',
    ]);
  });
});

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
});
