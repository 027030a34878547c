import type { Clock } from '../../support/clock.ts';
import { Busy } from '../../support/errors.ts';

/** Until when somebody waits, by the clock, or until `signal` aborts. */
export type Patience = { until: number; signal?: AbortSignal };

/** Hands out one turn at a time, first come, first served; a waiter whose patience ends leaves the queue. */
export type Turns = { take(patience: Patience): Promise<() => void> };

export function createTurns(clock: Clock): Turns {
  const waiting: (() => void)[] = [];
  let taken = false;

  function pass(): void {
    const next = waiting.shift();
    if (next) next();
    else taken = false;
  }

  async function wait({ until, signal }: Patience): Promise<void> {
    const turn = Promise.withResolvers<'turn'>();
    const callUp = () => turn.resolve('turn');
    waiting.push(callUp);
    const arrived = new AbortController();
    const limit = AbortSignal.any(signal ? [arrived.signal, signal] : [arrived.signal]);
    const leave = () => 'left' as const;
    const end = await Promise.race([turn.promise, clock.sleep(until - clock.now(), limit).then(leave, leave)]);
    arrived.abort();
    if (end === 'turn') return;
    const place = waiting.indexOf(callUp);
    if (place >= 0) waiting.splice(place, 1);
    // Called up in the very moment of leaving: the turn goes on to the next.
    else pass();
    throw new Busy('camera_busy', 'could not ask the camera: other requests to it took too long');
  }

  return {
    async take(patience) {
      if (taken) await wait(patience);
      taken = true;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        pass();
      };
    },
  };
}
