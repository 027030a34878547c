// Ends the moves that their starters left, and brings lenses home that nobody has touched for a while: a zoomed-away
// lens reads no plates. Looks at the table; the lens's own rows are the truth between all processes.
import type { CameraId } from '../../shared/detection/detection.ts';
import { BRIDGE } from '../../shared/isapi/lens/claim-lens.ts';
import type { Lens } from '../../shared/isapi/lens/lens.ts';
import { isIdleAway, isOverdue, type LensRow } from '../../shared/isapi/lens/lens-row.ts';
import type { LensRows } from '../../shared/isapi/lens/lens-rows.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';

/** With the deadline of the longest move, a lens that was left stands within 10 s. */
const LOOK_EVERY_MS = 2_000;
/** For the starter's own stop. */
const GRACE_MS = 500;
/** A camera that takes no stop, or cannot go home, is asked less and less often. */
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
const LONGEST_HOME_PAUSE_MS = 3_600_000;
/** Without a move an operator looks at what he sees; two minutes later he has gone. */
export const DEFAULT_HOME_AFTER_MS = 120_000;

export type WatchedLens = { id: CameraId; homeAfterMs: number };

export type LensWatch = {
  /** As last seen, at most LOOK_EVERY_MS ago: for reads, which must not wait for a table. */
  lensIsAway(camera: CameraId): boolean;
  /** Resolves when the signal has ended it. */
  done: Promise<void>;
};

export type WatchDependencies = {
  lenses: readonly WatchedLens[];
  lens: Pick<Lens, 'endOverdue' | 'goHome'>;
  rows: Pick<LensRows, 'readAll'>;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

type Pause = { untilMs: number; ms: number };

export function watchLenses({ lenses, lens, rows, clock, log, signal }: WatchDependencies): LensWatch {
  const ids = lenses.map(({ id }) => id);
  const busy = new Set<CameraId>();
  const pauses = new Map<string, Pause>();
  let known: ReadonlyMap<CameraId, LensRow> = new Map();
  let isBlind = false;

  async function look(): Promise<void> {
    try {
      known = await rows.readAll(ids);
      if (isBlind) log.info('lens.watch_sees_again');
      isBlind = false;
    } catch (error) {
      // What was seen last still tells which moves must end.
      if (!isBlind) log.warn('lens.watch_blind', { reason: reasonOf(error) });
      isBlind = true;
    }
    for (const watched of lenses) attend(watched);
  }

  function attend({ id, homeAfterMs }: WatchedLens): void {
    const row = known.get(id);
    const now = clock.now();
    if (row === undefined || busy.has(id)) return;
    if (isOverdue(row, now, GRACE_MS)) run(id, 'end', () => lens.endOverdue(id, row, GRACE_MS));
    else if (!isBlind && isIdleAway(row, now, homeAfterMs)) {
      run(id, 'home', () => lens.goHome({ camera: id, subject: BRIDGE }));
    }
  }

  function run(camera: CameraId, what: 'end' | 'home', work: () => Promise<void>): void {
    const name = `${what} ${camera}`;
    const { untilMs, ms } = pauses.get(name) ?? { untilMs: 0, ms: 0 };
    const leftMs = untilMs - clock.now();
    // More than all of it is left where our clock was set back.
    if (leftMs > 0 && leftMs <= ms) return;
    busy.add(camera);
    work()
      .then(
        // Blind, the same row would be seen overdue again and again.
        () => (isBlind ? pause(name) : void pauses.delete(name)),
        (error: unknown) => {
          pause(name);
          log.warn('lens.not_brought_to_rest', { camera, what, reason: reasonOf(error) });
        },
      )
      .finally(() => busy.delete(camera));
  }

  function pause(name: string): void {
    const longest = name.startsWith('home') ? LONGEST_HOME_PAUSE_MS : LONGEST_PAUSE_MS;
    const ms = Math.min((pauses.get(name)?.ms ?? FIRST_PAUSE_MS / 2) * 2, longest);
    pauses.set(name, { ms, untilMs: clock.now() + ms });
  }

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      await look();
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    }
  }

  return {
    lensIsAway: (camera) => (known.get(camera)?.awaySince ?? null) !== null,
    done: watch(),
  };
}
