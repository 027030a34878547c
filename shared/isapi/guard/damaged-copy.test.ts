import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bridgesOn, type SwitchedTable, switchedTable } from './copied-ledger.test-support.ts';
import { copiesIn } from './copied-ledger.ts';
import { lossAssumed } from './damaged-copy.ts';
import { DamagedRow } from './damaged-row.ts';
import { useFakeCameras } from './fake-camera.test-support.ts';
import { failure, gateId, gateTo, minutes, movableClock } from './gate.test-support.ts';
import { accepted, emptyRow, shutBy, withLease } from './row.ts';

const cameraThat = useFakeCameras();
const HOLDER = 'bridge';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gate-damage-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});
const bridgeAnd = (table: SwitchedTable, clock = movableClock()) => bridgesOn(folder, table, clock);

async function damageCopy(text = ''): Promise<string> {
  const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.json'));
  await writeFile(join(folder, name), text);
  return name;
}

describe('a damaged copy, while the table answers', () => {
  it.each(['', '{"version":2,"lea', '\0\0\0\0', '{}'])(
    '(%j) is set aside and made anew, and the camera is asked',
    async (text) => {
      const table = switchedTable();
      const camera = await cameraThat({});
      const { bridge, clock, log } = bridgeAnd(table);
      await gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get();
      const name = await damageCopy(text);
      const { get, guard } = gateTo(camera, { ledger: bridge(), clock, holder: HOLDER });
      await expect(get()).resolves.toMatchObject({ status: 200 });
      await expect(guard.state()).resolves.toMatchObject({ badLogins: 0, shut: null });
      expect(await readdir(folder)).toContain(`${name}.damaged`);
      await expect(copiesIn(folder).read(gateId)).resolves.toEqual({ ...(await table.rows.read(gateId)), base: null });
      expect(log.events.filter(({ event }) => event === 'guard.copy_damaged')).toEqual([
        { event: 'guard.copy_damaged', fields: expect.objectContaining({ camera: gateId, assumed: 'nothing' }) },
      ]);
    },
  );

  it('does not open a guard that the table has shut', async () => {
    const table = switchedTable();
    const camera = await cameraThat({ password: 'other' });
    const { bridge, clock } = bridgeAnd(table);
    await failure(gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get());
    await damageCopy();
    camera.seen.length = 0;
    const refusal = await failure(gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get());
    expect(refusal).toMatchObject({ code: 'camera_locked' });
    expect(camera.seen).toEqual([]);
  });

  it('that had gone on alone counts as one lost login: shut for half an hour, until the probe is let in', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    await gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get();
    table.isAway = true;
    camera.settings.password = 'other';
    await failure(gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get());
    await damageCopy();
    table.isAway = false;
    const { get, guard } = gateTo(camera, { ledger: bridge(), clock, holder: HOLDER });
    camera.seen.length = 0;
    expect(await failure(get())).toMatchObject({ code: 'camera_locked' });
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 1, shut: { why: 'lost_attempt' } });
    await expect(table.rows.read(gateId)).resolves.toMatchObject({ passwords: [{ badLogins: 1 }] });
    expect(camera.seen).toEqual([]);
    camera.settings.password = 'right';
    clock.advance(minutes(31));
    await expect(get()).resolves.toMatchObject({ status: 200 });
    await expect(guard.state()).resolves.toMatchObject({ badLogins: 0, shut: null });
  });

  it('that had gone on alone is known by its mark, though functions have brought the table beyond it', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    const api = gateTo(camera, { ledger: table.ledger, clock, holder: 'api' });
    await gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get();
    table.isAway = true;
    await gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get();
    table.isAway = false;
    for (let n = 0; n < 3; n += 1) await api.get();
    await damageCopy();
    await bridge().read(gateId);
    expect(await failure(api.get())).toMatchObject({ code: 'camera_locked' });
    await api.guard.rearm('aziza');
    await damageCopy();
    const { get } = gateTo(camera, { ledger: bridge(), clock, holder: HOLDER });
    await expect(get()).resolves.toMatchObject({ status: 200 });
  });

  it('that two processes find at once counts once', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock, log } = bridgeAnd(table);
    await gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get();
    table.isAway = true;
    await gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get();
    await damageCopy();
    table.isAway = false;
    await Promise.all(Array.from({ length: 4 }, () => bridge().read(gateId)));
    await expect(table.rows.read(gateId)).resolves.toMatchObject({
      passwords: [{ badLogins: 1, shut: { probeAt: expect.any(String) } }],
    });
    await expect(copiesIn(folder).read(gateId)).resolves.toMatchObject({ base: null, passwords: [{ badLogins: 1 }] });
    expect(log.events.filter(({ event }) => event === 'guard.copy_damaged')).toHaveLength(1);
  });

  it('that had gone on alone is not left for the next login', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    const ledger = bridge();
    const { get } = gateTo(camera, { ledger, clock, holder: HOLDER });
    await get();
    table.isAway = true;
    await get();
    await damageCopy();
    table.isAway = false;
    clock.advance(3_000);
    const stop = new AbortController();
    const merging = ledger.mergeUntil(stop.signal);
    await vi.waitUntil(async () => (await table.rows.read(gateId))?.passwords[0]?.shut);
    stop.abort();
    await merging;
  });

  it('takes older ones out of the way with it, and only once', async () => {
    const copies = copiesIn(folder);
    await copies.write(gateId, { ...emptyRow, version: 2, base: null }, 0);
    await writeFile(join(folder, 'gate.9.json'), '');
    const damaged = await failure(copies.read(gateId));
    if (!(damaged instanceof DamagedRow)) throw damaged;
    await expect(copies.setAside(gateId, damaged)).resolves.toBe(true);
    await expect(copies.read(gateId)).resolves.toBeNull();
    await copies.write(gateId, { ...emptyRow, version: 9, base: null }, 0);
    await expect(copies.setAside(gateId, damaged)).resolves.toBe(false);
    await expect(copies.read(gateId)).resolves.toMatchObject({ version: 9 });
  });

  it('refuses where the table has no row to replace it, and says what to do', async () => {
    const camera = await cameraThat({});
    const before = bridgeAnd(switchedTable());
    await gateTo(camera, { ledger: before.bridge(), clock: before.clock, holder: HOLDER }).get();
    const name = await damageCopy();
    camera.seen.length = 0;
    const emptied = bridgeAnd(switchedTable(), before.clock);
    const refusal = await failure(
      gateTo(camera, { ledger: emptied.bridge(), clock: before.clock, holder: HOLDER }).get(),
    );
    expect(refusal.message).toMatch(/delete it only when .* the table, which would replace it, has no row of gate$/);
    expect(await readdir(folder)).toContain(name);
    expect(camera.seen).toEqual([]);
  });
});

describe('a damaged copy, while the table is away', () => {
  it('refuses, whatever an older copy says, and says what to do', async () => {
    const table = switchedTable();
    const camera = await cameraThat({});
    const { bridge, clock } = bridgeAnd(table);
    await gateTo(camera, { ledger: bridge(), clock, holder: HOLDER }).get();
    await writeFile(join(folder, 'gate.9.json'), '');
    table.isAway = true;
    camera.seen.length = 0;
    const { get } = gateTo(camera, { ledger: bridge(), clock, holder: HOLDER });
    const refusal = await failure(get());
    expect(refusal).toMatchObject({ code: 'camera_busy', retryAfterSeconds: 2 });
    expect(refusal.message).toMatch(/gate\.9\.json is damaged \(it is empty\).*bring the table back/);
    expect(camera.seen).toEqual([]);
    expect(await readdir(folder)).toContain('gate.9.json');
  });
});

describe('what is assumed to be lost with it', () => {
  const now = Date.UTC(2026, 10, 22);
  const notice = { triesLeft: null, unlockSeconds: null };
  const lease = { attempt: 'a', holder: HOLDER, until: new Date(now + 10_000).toISOString(), passwordVersion: 'right' };

  it('a login that the bridge left in the table is that one, and not a second', () => {
    const row = lossAssumed(withLease(emptyRow, lease), { holder: HOLDER, now });
    expect(row).toMatchObject({ lease: null, passwords: [{ badLogins: 1 }] });
    expect(row?.passwords[0]?.shut?.probeAt).not.toBeNull();
  });

  it('a function that is logging in is waited for all the same', () => {
    const row = lossAssumed(withLease(emptyRow, { ...lease, holder: 'api' }), { holder: HOLDER, now });
    expect(row).toMatchObject({ lease: { holder: 'api' }, passwords: [{ badLogins: 1 }] });
  });

  it('a refusal may be: that the table knows the password as let in shortens no wait', () => {
    const known = withLease(accepted(emptyRow, 'right'), { ...lease, holder: 'api' });
    const row = lossAssumed(known, { holder: HOLDER, now });
    const probeAt = new Date(now + minutes(30)).toISOString();
    expect(row?.passwords).toMatchObject([{ letIn: false, shut: { probeAt } }]);
  });

  it('never opens, never takes a bad login back, and said again counts no more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3_600_000 }), (logins, agoMs) => {
        const told = { passwordVersion: 'right', logins, why: 'bad_login' as const, notice, now: now - agoMs };
        const row = logins === 0 ? withLease(emptyRow, { ...lease, holder: 'api' }) : shutBy(emptyRow, told);
        const once = lossAssumed(row, { holder: HOLDER, now });
        const twice = once && lossAssumed(once, { holder: HOLDER, now });
        const [record] = once?.passwords ?? [];
        expect(record?.badLogins).toBe(Math.max(1, logins));
        expect(record?.shut?.probeAt ?? null).toBe(logins > 1 ? null : new Date(now + minutes(30)).toISOString());
        expect(twice).toEqual(once);
      }),
    );
  });
});
