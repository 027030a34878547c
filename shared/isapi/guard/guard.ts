// One guard per camera account (DESIGN.md section 5, rule 1): every request with credentials passes it, one at a time
// over all processes, and the first bad login shuts it for all of them.
//
// What it costs on the good path: one read before any byte goes to the camera, and two writes around each request with
// credentials (the lease, its outcome). Nothing is written for a camera that cannot be reached or asks for no login.
import { randomUUID } from 'node:crypto';
import type { CameraId } from '../../detection/detection.ts';
import { type Clock, isoInstant } from '../../support/clock.ts';
import { Busy, NeverSent } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import type { Account, AccountSource } from './account.ts';
import type { GuardLedger } from './ledger.ts';
import * as rows from './row.ts';
import { type Change, createRowStore } from './row-store.ts';
import { createTurns, type Patience } from './turns.ts';

/** What an outcome may take to be written after the request's own deadline, and clocks may differ. */
const LEASE_MARGIN_MS = 5_000;
/** How often to look whether another process's request is over. */
const LEASE_POLL_MS = 200;
/** How often a shut guard looks whether the password has been put right; each look may ask a secret store. */
const REREAD_EVERY_MS = 3_000;

export type Pass = {
  /** Whose password this request goes out with. */
  account: Account;
  nonceReuse: rows.NonceReuse;
  /** Bad logins that this request may still cause, at least 1. */
  badLoginsLeft: number;
  /**
   * Awaited before any byte with credentials is sent; once is enough for all tries of one request.
   * @throws Busy `camera_locked` or `camera_busy`
   */
  arm(): Promise<void>;
};

export type Verdict<T> =
  /** Let in, or answered without asking for a login; whatever the answer was. */
  | { kind: 'answered'; value: T; nonceReuse?: rows.NonceReuse }
  /** `logins`: tries that the camera counted, 0 when it said that it is locked before any was sent. */
  | { kind: 'refused'; logins: number; why: rows.ShutReason; notice: rows.LockNotice };

export type GuardState = { shut: rows.Shut | null; badLogins: number; passwordVersion: string };

export interface Guard {
  /**
   * Runs one request in its turn. An `attempt` that throws after `arm` had no answer: of a password that was let in the third
   * in a row counts as a bad login, of any other each, unless it throws NeverSent.
   * @throws Busy `camera_locked` while shut, with not a byte sent; `camera_busy` when its turn does not come in time
   * @throws Broken when the ledger or the password cannot be read
   */
  pass<T>(patience: Patience, attempt: (pass: Pass) => Promise<Verdict<T>>): Promise<T>;
  /** What the ledger says about this account's password. */
  state(): Promise<GuardState>;
  /** An operator's word that it may try again, once; said to an open guard it changes nothing. */
  rearm(operator: string): Promise<void>;
}

export type GuardDependencies = {
  camera: CameraId;
  account: AccountSource;
  ledger: GuardLedger;
  clock: Clock;
  log: Log;
  /** Names this process in leases, for people: `bridge`, `api`, `doctor`. */
  holder: string;
};

export function createGuard({ camera, account, ledger, clock, log, holder }: GuardDependencies): Guard {
  const turns = createTurns(clock);
  const store = createRowStore({ camera, ledger, log });
  let rereadAt = Number.NEGATIVE_INFINITY;

  const countLost: Change = (row) => rows.lostLeaseCounted(row, clock.now());

  /** The account to go on with: a changed password opens at once, so a shut guard looks for one. */
  async function accountFor(row: rows.GuardRow): Promise<Account> {
    const known = await account.current();
    const now = clock.now();
    // Either way: a clock that was set back must not end the looking.
    const isTooSoon = Math.abs(now - rereadAt) < REREAD_EVERY_MS;
    if (isTooSoon || !rows.isShut(rows.shutOf(row, known.passwordVersion), now)) return known;
    rereadAt = now;
    return account.reread();
  }

  function refuseWhileShut(row: rows.GuardRow, passwordVersion: string): void {
    const shut = rows.shutOf(row, passwordVersion);
    if (rows.isShut(shut, clock.now())) throw lockedOut(shut);
  }

  function lockedOut(shut: rows.Shut | null): Busy {
    const left = shut?.triesLeft === 1 ? ', the camera has one try left before it locks' : '';
    const since = shut === null ? '' : ` since ${shut.since} (${shut.why}${left})`;
    const message = `could not ask camera ${camera}: its guard is shut${since}`;
    if (!shut?.probeAt) return new Busy('camera_locked', message);
    const retryAfterSeconds = Math.max(1, Math.ceil((Date.parse(shut.probeAt) - clock.now()) / 1000));
    return new Busy('camera_locked', message, { retryAfterSeconds });
  }

  /** Puts this attempt into the row, after whichever other process's request is out. */
  async function takeLease(
    { attempt, passwordVersion }: Pick<rows.Lease, 'attempt' | 'passwordVersion'>,
    patience: Patience,
    known: rows.GuardRow,
  ): Promise<rows.GuardRow> {
    const until = isoInstant(patience.until + LEASE_MARGIN_MS);
    let row: rows.GuardRow | undefined = known;
    for (;;) {
      try {
        row = await store.update((stored) => {
          const settled = countLost(stored);
          const isClosed = rows.isShut(rows.shutOf(settled, passwordVersion), clock.now());
          if (isClosed || settled.lease !== null) return settled;
          return rows.withLease(settled, { attempt, holder, until, passwordVersion });
        }, row);
      } catch (error) {
        // The write may have arrived although its answer is lost. Nothing was sent, so it must not count.
        store.owe((stored) => rows.withoutLease(stored, attempt));
        throw error;
      }
      if (row.lease?.attempt === attempt) return row;
      refuseWhileShut(row, passwordVersion);
      await clock.sleep(LEASE_POLL_MS, patience.signal).catch((cause) => {
        throw new Busy('camera_busy', `could not ask camera ${camera}: the caller went away`, { cause });
      });
      // Looked at before the next try: a lease taken this late would leave no time to send anything.
      if (clock.now() >= patience.until) {
        throw new Busy('camera_busy', `could not ask camera ${camera}: ${row.lease?.holder} is logging in`);
      }
      row = undefined;
    }
  }

  /**
   * What the row becomes when the attempt threw. Of a password that was let in it tells little but that the network is
   * bad; of any other the answer that nobody heard may have been a refusal, again and again, and so counts.
   */
  function unanswered(isProbe: boolean, passwordVersion: string, error: unknown): Change {
    const now = clock.now();
    if (error instanceof NeverSent) return (row) => row;
    return (row) => {
      // A probe may have been counted all the same, so the next one waits.
      const isWaiting = isProbe && rows.recordOf(row, passwordVersion).letIn;
      return isWaiting
        ? rows.probePostponed(row, passwordVersion, now)
        : rows.attemptUnheard(row, passwordVersion, now);
    };
  }

  function outcomeOf(verdict: Verdict<unknown>, passwordVersion: string): Change {
    if (verdict.kind === 'answered') {
      return (row) => ({
        ...rows.accepted(row, passwordVersion),
        nonceReuse: verdict.nonceReuse ?? row.nonceReuse,
      });
    }
    const { logins, why, notice } = verdict;
    const now = clock.now();
    return (row) => rows.shutBy(row, { passwordVersion, logins, why, notice, now });
  }

  return {
    async pass(patience, attempt) {
      const endTurn = await turns.take(patience);
      try {
        let row = await store.update(countLost);
        const used = await accountFor(row);
        const { passwordVersion } = used;
        refuseWhileShut(row, passwordVersion);
        const { shut, badLogins } = rows.recordOf(row, passwordVersion);
        const id = randomUUID();
        let isArmed = false;
        const arm = async () => {
          if (isArmed) return;
          row = await takeLease({ attempt: id, passwordVersion }, patience, row);
          isArmed = true;
        };
        // An outcome counts once: together with its lease, which others may have counted as lost meanwhile.
        const withLease = (change: Change): Change => {
          return (stored) => (stored.lease?.attempt === id ? change(rows.withoutLease(stored, id)) : stored);
        };

        const badLoginsLeft = Math.max(1, rows.MAX_BAD_LOGINS - badLogins);
        const pass = { account: used, nonceReuse: row.nonceReuse, badLoginsLeft, arm };
        const verdict = await attempt(pass).catch(async (error) => {
          if (isArmed) await store.settle(withLease(unanswered(shut !== null, passwordVersion, error)), row);
          throw error;
        });
        const outcome = outcomeOf(verdict, passwordVersion);
        if (verdict.kind === 'answered') {
          if (isArmed) await store.settle(withLease(outcome), row);
          return verdict.value;
        }
        // Its lease may be gone, counted as lost; if an operator opened since, this one is news.
        const counted: Change = (stored) => {
          const isOpen = rows.recordOf(stored, passwordVersion).shut === null;
          return isOpen ? outcome(rows.withoutLease(stored, id)) : withLease(outcome)(stored);
        };
        const after = await store.settle(isArmed ? counted : outcome, row);
        throw lockedOut(rows.recordOf(after, passwordVersion).shut);
      } finally {
        endTurn();
      }
    },

    async state() {
      const { passwordVersion } = await account.current();
      const row = (await ledger.read(camera)) ?? rows.emptyRow;
      const { shut, badLogins } = rows.recordOf(row, passwordVersion);
      const lastTry = rows.shutOf(row, passwordVersion);
      return { shut: shut ?? (rows.isShut(lastTry, clock.now()) ? lastTry : null), badLogins, passwordVersion };
    },

    async rearm(operator) {
      const { passwordVersion } = await account.reread();
      await store.update((row) => rows.rearmed(countLost(row), passwordVersion, clock.now()));
      log.info('guard.rearmed', { camera, operator });
    },
  };
}
