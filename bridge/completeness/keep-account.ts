// One camera's account: what each look into its memory told is written to the table, hour by hour, and soon afterwards
// compared with what is stored. Behind everything else: one round at a time, and a table that is away is asked again later.
import { once } from 'node:events';
import type { CameraId } from '../../shared/detection/detection.ts';
import { HOUR_MS, type HourAccount, type HourAccounts, hourOf } from '../../shared/store/completeness-accounts.ts';
import { type MemoryReports, SETTLED_AFTER_MS } from '../../shared/store/completeness-memory.ts';
import type { StoredReads } from '../../shared/store/completeness-reads.ts';
import type { RememberedRow } from '../../shared/store/completeness-rows.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { KeptHours, WATCHED_HOURS } from './kept-hours.ts';
import { MemoryAccount, type MemoryView } from './memory-account.ts';
import { MissingRows, missingRows } from './missing-rows.ts';

/** Between two rounds: a memory may be asked every second, but nobody needs its account so often. */
const BETWEEN_ROUNDS_MS = 10_000;
/** Sweeps are never exactly as far apart as they should be. */
const NEXT_SWEEP_SHARE = 0.9;
/** What the table is given to take the last word. */
const LAST_ROUND_MS = 3_000;
/** Without a sweep there may still be news: a camera without a memory, a gap, a row to be written again. */
const IDLE_ROUND_MS = 30_000;

export type KeepAccount = {
  camera: CameraId;
  accounts: HourAccounts;
  memories: MemoryReports;
  reads: StoredReads;
  view: () => MemoryView;
  /** The camera's clock minus ours; null when nobody knows. */
  aheadMs: () => number | null;
  /** Reads that wait on this machine for the queue: until they are gone, what is missing may be among them. */
  waitingReads: () => number;
  /** How often the memory is asked: what is missing for longer was not brought by the next sweep. */
  everyMs: number;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

export type CameraAccount = {
  /** `isWhole`: with these rows all is told that the camera had; false for a part of it. */
  swept(rows: readonly RememberedRow[], isWhole: boolean): void;
  /** Rows that stay missing; null while nobody can tell. */
  missing(): number | null;
  /** Reads that nobody has any more, since the start. */
  forgotten(): number;
  /** Resolves when the signal has ended it, and the table has had one more chance to take what is left. */
  done: Promise<void>;
};

export function keepAccount(deps: KeepAccount): CameraAccount {
  const { camera, clock, log, signal, everyMs } = deps;
  const hours = new KeptHours(camera, deps.accounts);
  const memory = new MemoryAccount();
  const missing = new MissingRows();
  const cameraNow = () => clock.now() + (deps.aheadMs() ?? 0);
  /** Hours that the memory told of since they were last compared. */
  const touched = new Set<string>();
  let isSwept = false;
  let isUncompared = false;
  let isResumed = false;
  let toldReport = '';
  let toldMissing = 0;
  let failure: string | null = null;
  let turn = 0;
  let wake = new AbortController();

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await round(true);
      await pause(Math.min(BETWEEN_ROUNDS_MS, everyMs), signal);
      if (!isSwept) await pause(IDLE_ROUND_MS, AbortSignal.any([signal, wake.signal]));
    }
    if (isSwept || hours.hasUnwritten) await round(false);
  }

  /** As `run`, but a table that does not answer holds up no stop. */
  async function runUntilStopped(): Promise<void> {
    const ended = new AbortController();
    const running = run().finally(() => ended.abort());
    const stopped = once(signal, 'abort', { signal: ended.signal }).catch(() => {});
    await Promise.race([running, stopped.then(() => pause(LAST_ROUND_MS, ended.signal))]);
  }

  async function pause(ms: number, until: AbortSignal): Promise<void> {
    await clock.sleep(ms, until).catch(() => {});
  }

  async function round(compares: boolean): Promise<void> {
    wake = new AbortController();
    isSwept = false;
    try {
      await write();
      if (compares) await compare();
      if (failure !== null) log.info('completeness.told_again', { camera });
      failure = null;
    } catch (error) {
      if (failure === null) log.warn('completeness.untold', { camera, reason: reasonOf(error) });
      failure = reasonOf(error);
    }
  }

  async function write(): Promise<void> {
    if (!isResumed) {
      memory.resume(await deps.memories.read(camera));
      const now = cameraNow();
      await hours.load(isoInstant(now - WATCHED_HOURS * HOUR_MS), isoInstant(now + HOUR_MS));
      isResumed = true;
    }
    memory.see(deps.view(), deps.aheadMs());
    // As it is before the hours are written: what is swept meanwhile is told with the next round.
    const report = memory.report(clock.now());
    await hours.write();
    const told = JSON.stringify({ ...report, reportedAt: '' });
    if (told === toldReport) return;
    await deps.memories.write(camera, report);
    toldReport = told;
  }

  /** Hours that were swept or lack something, and one more in turn, so that a day is seen through within hours. */
  async function compare(): Promise<void> {
    if (!isUncompared || deps.waitingReads() > 0) return;
    isUncompared = false;
    const watched = hours.accounts;
    const hour = watched[turn % Math.max(1, watched.length)]?.hour;
    turn += 1;
    const names = new Set(watched.map((account) => account.hour));
    missing.watchOnly(names);
    for (const each of touched) if (!names.has(each)) touched.delete(each);
    const due = new Set([...touched, ...missing.hours, ...(hour ? [hour] : [])]);
    try {
      for (const account of watched.filter((each) => due.has(each.hour))) await compareHour(account);
    } catch (error) {
      isUncompared = true;
      throw error;
    }
    tell();
  }

  async function compareHour(account: HourAccount): Promise<void> {
    const settled = isoInstant(cameraNow() - SETTLED_AFTER_MS);
    const due = account.rows.filter(({ capturedAt }) => capturedAt <= settled);
    const rows = await missingRows({ camera, account, due, reads: deps.reads });
    missing.found(account.hour, rows, clock.now());
    touched.delete(account.hour);
  }

  function lacking(): number | null {
    return missing.lackingFor(everyMs * NEXT_SWEEP_SHARE);
  }

  function tell(): void {
    const reads = lacking() ?? 0;
    if (reads > toldMissing) log.error('completeness.missing', { camera, reads, hours: missing.hours.join(' ') });
    if (reads === 0 && toldMissing > 0) log.info('completeness.whole_again', { camera });
    toldMissing = reads;
  }

  return {
    swept(rows, isWhole) {
      const aheadMs = deps.aheadMs();
      memory.swept(rows, { now: clock.now(), aheadMs, isWhole });
      const given = hours.add(rows, aheadMs);
      if (given.length > 0) log.error('completeness.account.dropped', { camera, hours: given.join(' ') });
      for (const { capturedAt } of rows) touched.add(hourOf(capturedAt));
      isSwept = true;
      isUncompared = true;
      wake.abort();
    },
    missing: () => (failure === null ? lacking() : null),
    forgotten: () => memory.forgotten,
    done: runUntilStopped(),
  };
}
