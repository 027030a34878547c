import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoInstant } from '../../support/clock.ts';
import { mergedRow } from './merged-row.ts';
import { type GuardRow, GuardRowSchema, MAX_BAD_LOGINS, recordOf, type Shut } from './row.ts';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const VERSIONS = ['1', '2', '3'];

const instants = fc.integer({ min: -3_600_000, max: 3_600_000 }).map((ms) => isoInstant(NOW + ms));
const shuts: fc.Arbitrary<Shut | null> = fc.option(
  fc.record({
    since: instants,
    why: fc.constantFrom('bad_login' as const, 'locked_by_camera' as const, 'lost_attempt' as const),
    triesLeft: fc.option(fc.nat(5)),
    probeAt: fc.option(instants),
  }),
);
const rows: fc.Arbitrary<GuardRow> = fc.record({
  version: fc.integer({ min: 1, max: 50 }),
  lease: fc.constant(null),
  nonceReuse: fc.constantFrom('untried' as const, 'same-url' as const, 'never' as const),
  passwords: fc.uniqueArray(
    fc.record({
      passwordVersion: fc.constantFrom(...VERSIONS),
      badLogins: fc.nat(MAX_BAD_LOGINS),
      letIn: fc.boolean(),
      unheard: fc.nat(2),
      shut: shuts,
    }),
    { selector: ({ passwordVersion }) => passwordVersion },
  ),
});
const merge = (table: GuardRow, copy: GuardRow, base: GuardRow) =>
  mergedRow({ table, copy, base, holder: 'bridge', unsure: new Set(), now: NOW });
const facts = (row: GuardRow) => VERSIONS.map((version) => recordOf(row, version));
const leaseOf = (holder: string, inMs: number) => ({
  attempt: `of ${holder}`,
  holder,
  until: isoInstant(NOW + inMs),
  passwordVersion: '1',
});

/** A row as it may be with a spent password: without a probe. */
const settled = (row: GuardRow): GuardRow => ({
  ...row,
  passwords: row.passwords.map((record) =>
    record.shut && record.badLogins >= MAX_BAD_LOGINS ? { ...record, shut: { ...record.shut, probeAt: null } } : record,
  ),
});

describe('a row that went on in two places', () => {
  it('is above both, and one that any ledger takes', () => {
    fc.assert(
      fc.property(rows, rows, rows, (table, copy, base) => {
        const merged = merge(table, copy, base);
        expect(GuardRowSchema.parse(merged)).toEqual(merged);
        expect(merged.version).toBeGreaterThan(Math.max(table.version, copy.version));
      }),
    );
  });

  it('is what the one side has, when the other did nothing', () => {
    fc.assert(
      fc.property(rows.map(settled), rows.map(settled), (changed, base) => {
        expect(facts(merge(changed, base, base))).toEqual(facts(changed));
        for (const record of changed.passwords) {
          // Fewer than before is an operator's word, and that is said to the table.
          if (record.badLogins < recordOf(base, record.passwordVersion).badLogins) continue;
          expect(recordOf(merge(base, changed, base), record.passwordVersion)).toEqual(record);
        }
      }),
    );
  });

  it('forgets no bad login of either side', () => {
    fc.assert(
      fc.property(rows, rows, rows, (table, copy, base) => {
        for (const version of VERSIONS) {
          const [inTable, inCopy, before, merged] = [table, copy, base, merge(table, copy, base)].map(
            (row) => recordOf(row, version).badLogins,
          );
          const since = Math.max(0, Number(inCopy) - Number(before));
          expect(merged).toBe(Number(inTable) + since);
        }
      }),
    );
  });

  it('knows a password as let in only where no side that spoke to the camera was refused', () => {
    fc.assert(
      fc.property(rows, rows, rows, (table, copy, base) => {
        const merged = merge(table, copy, base);
        for (const version of VERSIONS) {
          const [inTable, inCopy, before] = [table, copy, base].map((row) => recordOf(row, version));
          if (!recordOf(merged, version).letIn) continue;
          for (const side of [inTable, inCopy]) if (!side?.letIn) expect(side).toEqual(before);
        }
      }),
    );
  });

  it('is shut where both sides are, until the later probe, and without one once the password is spent', () => {
    fc.assert(
      fc.property(rows, rows, rows, (table, copy, base) => {
        const merged = merge(table, copy, base);
        for (const version of VERSIONS) {
          const [one, other] = [recordOf(table, version).shut, recordOf(copy, version).shut];
          const { shut, badLogins } = recordOf(merged, version);
          if (one && other) expect(shut).not.toBeNull();
          if (shut && badLogins >= MAX_BAD_LOGINS) expect(shut.probeAt).toBeNull();
        }
      }),
    );
  });
});

describe('a lease', () => {
  const empty: GuardRow = { version: 1, lease: null, nonceReuse: 'untried', passwords: [] };
  const bridges = { ...empty, lease: leaseOf('bridge', 5_000) };
  const functions = { ...empty, lease: leaseOf('function', 5_000) };

  it('that the bridge ended without the table is over there too', () => {
    expect(merge(bridges, empty, bridges).lease).toBeNull();
  });

  it('of a function that is logging in goes on', () => {
    expect(merge(functions, empty, empty).lease).toEqual(functions.lease);
  });

  it('of a function that the bridge could only wait for counts when it ran out in the table', () => {
    const ranOut = { ...empty, lease: leaseOf('function', -1) };
    expect(merge(ranOut, empty, ranOut)).toMatchObject({ lease: null, passwords: [{ shut: { why: 'lost_attempt' } }] });
  });

  it('of a bridge that was killed meanwhile is kept, and counts when it runs out', () => {
    expect(merge(empty, bridges, empty).lease).toEqual(bridges.lease);
    const ranOut = { ...empty, lease: leaseOf('bridge', -1) };
    expect(merge(empty, ranOut, empty)).toMatchObject({
      lease: null,
      passwords: [{ passwordVersion: '1', badLogins: 1, shut: { why: 'lost_attempt' } }],
    });
  });

  it('counts as a bad login where the table has given its place to another', () => {
    expect(merge(functions, bridges, empty)).toMatchObject({
      lease: functions.lease,
      passwords: [{ badLogins: 1, shut: { why: 'lost_attempt' } }],
    });
  });
});
