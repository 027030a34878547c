// Bad parts are counted one by one and logged one line a kind a minute: a sick camera must not drown the log.
import type { Clock } from '../../shared/support/clock.ts';
import type { Log } from '../../shared/support/log.ts';

const ONE_LINE_PER_MS = 60_000;

type Seen = { count: number; unsaid: number; saidAt: number };

export class FaultCount {
  readonly #deps: { log: Log; clock: Pick<Clock, 'now'>; camera: string };
  readonly #seen = new Map<string, Seen>();

  constructor(deps: { log: Log; clock: Pick<Clock, 'now'>; camera: string }) {
    this.#deps = deps;
  }

  add(fault: string, reason: string): void {
    const { log, clock, camera } = this.#deps;
    const seen = this.#seen.get(fault) ?? { count: 0, unsaid: 0, saidAt: Number.NEGATIVE_INFINITY };
    this.#seen.set(fault, seen);
    seen.count += 1;
    if (Math.abs(clock.now() - seen.saidAt) < ONE_LINE_PER_MS) {
      seen.unsaid += 1;
      return;
    }
    log.warn('camera.part.refused', { camera, fault, reason, count: seen.count, unsaidSinceLastLine: seen.unsaid });
    seen.unsaid = 0;
    seen.saidAt = clock.now();
  }

  /** Times each kind was seen. */
  get counts(): Record<string, number> {
    return Object.fromEntries([...this.#seen].map(([fault, { count }]) => [fault, count]));
  }
}
