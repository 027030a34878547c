import { Busy } from '../../../shared/support/errors.ts';
import type { StreamName } from '../../../shared/video/stream-name.ts';

const RETRY_AFTER_SECONDS = 10;

export type SeatLimits = { perStream: number; inAll: number };

/** Gives a seat back; called twice it does nothing. */
export type LeaveSeat = () => void;

export type Seats = { take(stream: StreamName): LeaveSeat };

/** `take` throws Busy `rate_limited` when as many watch as may. */
export function createSeats({ perStream, inAll }: SeatLimits): Seats {
  const taken = new Map<StreamName, number>();
  let all = 0;

  return {
    take(stream) {
      const here = taken.get(stream) ?? 0;
      if (here >= perStream || all >= inAll) {
        const full = here >= perStream ? 'this stream' : 'this gate';
        const message = `could not let a viewer in: as many watch ${full} as may`;
        throw new Busy('rate_limited', message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
      }
      taken.set(stream, here + 1);
      all += 1;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        taken.set(stream, (taken.get(stream) ?? 0) - 1);
        all -= 1;
      };
    },
  };
}
