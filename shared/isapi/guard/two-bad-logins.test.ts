// The guard's promise, whatever happens in whatever order: never more than two bad logins of one password, as the camera
// counts them. A camera counts what it judged, whoever hears of it, and begins anew with the next good login (ISAPI.md 2.3).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../support/clock.ts';
import { Busy } from '../../support/errors.ts';
import { silentLog as log } from '../../support/log.ts';
import { Secret } from '../../support/secret.ts';
import { gateId, minutes } from './gate.test-support.ts';
import { createGuard, type Guard, type Verdict } from './guard.ts';
import { memoryLedger } from './ledger.ts';
import type { ShutReason } from './row.ts';

/** The promise itself, and so not the guard's own constant. */
const MAX_BAD_LOGINS = 2;
/** Of most cameras (ISAPI.md 2.3). */
const LOCKED_AFTER = 5;
const PASSWORDS = ['oak', 'elm'] as const;
const PROCESSES = 3;
const PATIENCE_MS = 10_000;
const NOTICE = { triesLeft: null, unlockSeconds: null };
const FATES = ['told', 'killed-before-sending', 'killed-unheard', 'cut', 'timed-out'] as const;
/** What becomes of one login: it is answered, or its process dies with it, or its answer never comes. */
type Fate = (typeof FATES)[number];

type Step =
  | { kind: 'login'; process: number; fate: Fate }
  | { kind: 'logins-at-once' }
  | { kind: 'restart' }
  | { kind: 'camera-changes'; password: string }
  | { kind: 'we-change'; password: string }
  | { kind: 'time-passes'; ms: number };

/** A gate whose processes share one ledger, in memory and on a clock that nobody waits for. */
class Gate {
  now = Date.UTC(2026, 10, 22);
  atCamera: string = PASSWORDS[0];
  ours: string = PASSWORDS[0];
  /** By the camera, since the last good login with that password. */
  readonly bad = new Map<string, number>();
  readonly ends: string[] = [];
  readonly #ledger = memoryLedger();
  readonly #clock: Clock = {
    now: () => this.now,
    sleep: async (ms) => {
      this.now += ms;
    },
  };
  #processes: Guard[] = [];

  constructor() {
    this.restart();
  }

  restart(): void {
    this.#processes = Array.from({ length: PROCESSES }, () => this.#start());
  }

  #start(): Guard {
    const account = async () => ({ user: 'gate', password: new Secret(this.ours), passwordVersion: this.ours });
    return createGuard({
      camera: gateId,
      account: { current: account, reread: account },
      ledger: this.#ledger,
      clock: this.#clock,
      log,
      holder: 'test',
    });
  }

  /** Resolves when the login has ended, or its process with it. */
  async login(process: number, fate: Fate): Promise<void> {
    const guard = this.#processes[process];
    const killed = Promise.withResolvers<string>();
    const until = this.now + PATIENCE_MS;
    const passed = guard?.pass({ until }, async ({ account, arm }): Promise<Verdict<string>> => {
      await arm();
      const judged = fate === 'killed-before-sending' ? null : this.#judge(account.password.reveal());
      if (fate === 'told' && judged) return judged;
      if (fate === 'cut') throw new Busy('camera_unreachable', 'could not reach the camera: it hung up');
      if (fate === 'timed-out') {
        this.now = Math.max(this.now, until);
        throw new Busy('camera_unreachable', 'could not reach the camera: no answer in time');
      }
      this.#processes[process] = this.#start();
      killed.resolve('killed');
      return new Promise(() => {});
    });
    const end = passed?.catch((error: unknown) => (error instanceof Busy ? error.code : Promise.reject(error)));
    this.ends.push((await Promise.race([end, killed.promise])) ?? 'no such process');
  }

  async loginsAtOnce(): Promise<void> {
    await Promise.all(this.#processes.map((_, process) => this.login(process, 'told')));
  }

  #judge(password: string): Verdict<string> {
    if (password === this.atCamera) {
      this.bad.set(password, 0);
      return { kind: 'answered', value: 'ok' };
    }
    this.bad.set(password, (this.bad.get(password) ?? 0) + 1);
    const why: ShutReason = 'bad_login';
    return { kind: 'refused', logins: 1, why, notice: NOTICE };
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'login') await this.login(step.process, step.fate);
    else if (step.kind === 'logins-at-once') await this.loginsAtOnce();
    else if (step.kind === 'restart') this.restart();
    else if (step.kind === 'camera-changes') this.atCamera = step.password;
    else if (step.kind === 'we-change') this.ours = step.password;
    else this.now += step.ms;
  }
}

const password = fc.constantFrom(...PASSWORDS);
const step = (fates: readonly Fate[]): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('login' as const),
        process: fc.nat(PROCESSES - 1),
        fate: fc.constantFrom(...fates),
      }),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'logins-at-once' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restart' }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('camera-changes' as const), password }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('we-change' as const), password }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('time-passes' as const),
        ms: fc.constantFrom(1_000, 16_000, minutes(1), minutes(30), minutes(24 * 60)),
      }),
    },
  );

/** Long ones, or the third bad login would not come within a sequence. */
const sequencesOf = (fates: readonly Fate[]) => fc.array(step(fates), { minLength: 10, maxLength: 60, size: 'max' });

describe('at most two bad logins of one password, as the camera counts them', () => {
  test('whoever is killed in mid-login, whatever is changed, restarted and waited for', async () => {
    const steps = sequencesOf(['told', 'killed-before-sending', 'killed-unheard']);
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const gate = new Gate();
        for (const each of taken) {
          await gate.take(each);
          for (const bad of gate.bad.values()) expect(bad).toBeLessThanOrEqual(MAX_BAD_LOGINS);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('of one that was never let in, also where the camera answers too late for anybody, or hangs up on it', async () => {
    const steps = sequencesOf(['told', 'killed-unheard', 'timed-out', 'cut']);
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const gate = new Gate();
        gate.atCamera = 'nobody-knows-it';
        for (const each of taken) {
          if (each.kind !== 'camera-changes') await gate.take(each);
          for (const bad of gate.bad.values()) expect(bad).toBeLessThanOrEqual(MAX_BAD_LOGINS);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a password that the camera lets in', () => {
  test('is asked for again a minute after a kill in mid-login, however often that happens', async () => {
    const gate = new Gate();
    await gate.login(0, 'told');
    for (let kill = 0; kill < 5; kill += 1) {
      await gate.login(0, kill % 2 ? 'killed-unheard' : 'killed-before-sending');
      gate.now += PATIENCE_MS + 5_000;
      await gate.login(1, 'told');
      gate.now += minutes(1);
      await gate.login(2, 'told');
    }
    expect(gate.ends).toEqual(['ok', ...Array(5).fill(['killed', 'camera_locked', 'ok']).flat()]);
  });

  test('stays open though its answers are late or cut, twice in a row: a slow network shuts no gate', async () => {
    const gate = new Gate();
    for (let n = 0; n < 5; n += 1) {
      await gate.login(0, 'told');
      await gate.login(1, 'cut');
      await gate.login(0, 'timed-out');
    }
    await gate.login(0, 'told');
    expect(gate.ends.at(-1)).toBe('ok');
  });

  test('waits a minute after the third in a row, and half an hour after each that follows: until one is heard', async () => {
    const gate = new Gate();
    await gate.login(0, 'told');
    for (let n = 0; n < 3; n += 1) await gate.login(0, 'cut');
    await gate.login(1, 'told');
    expect(gate.ends.at(-1)).toBe('camera_locked');
    gate.now += minutes(1);
    await gate.login(1, 'cut');
    gate.now += minutes(29);
    await gate.login(0, 'told');
    expect(gate.ends.at(-1)).toBe('camera_locked');
    gate.now += minutes(2);
    await gate.login(0, 'told');
    await gate.login(0, 'cut');
    await gate.login(0, 'told');
    expect(gate.ends.slice(-3)).toEqual(['ok', 'camera_unreachable', 'ok']);
  });

  test('and that is changed at the camera behind a line that cuts each refusal gets four tries, and one more each half hour', async () => {
    const gate = new Gate();
    await gate.login(0, 'told');
    gate.atCamera = 'changed';
    const tries: (number | undefined)[] = [];
    for (let second = 0; second < 2 * 3_600; second += 10) {
      if (second % 1_800 === 0) tries.push(gate.bad.get('oak'));
      gate.now += 10_000;
      await gate.login(second % PROCESSES, 'cut');
    }
    expect(tries).toEqual([0, LOCKED_AFTER - 1, LOCKED_AFTER, LOCKED_AFTER + 1]);
  });
});
