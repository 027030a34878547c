import type { TimeZone } from '../../shared/detection/camera-time.ts';

export type DayCount = { day: string; count: number };

/** Live reads of the day it is at the gate: by our clock, in the camera's zone (UTC while that is unknown). */
export class ReadsToday {
  readonly #timeZone: () => TimeZone | undefined;
  #counted: DayCount = { day: '', count: 0 };
  /** Stands apart: which day it is, and so whether it counts, is known once the camera has told its zone. */
  #earlier: DayCount = { day: '', count: 0 };

  constructor(timeZone: () => TimeZone | undefined) {
    this.#timeZone = timeZone;
  }

  add(now: number): void {
    const day = this.#dayOf(now);
    this.#counted = { day, count: countOf(this.#counted, day) + 1 };
  }

  /** Adds what an earlier process counted, while it is the same day. */
  resume(earlier: DayCount): void {
    this.#earlier = earlier;
  }

  on(now: number): DayCount {
    const day = this.#dayOf(now);
    return { day, count: countOf(this.#counted, day) + countOf(this.#earlier, day) };
  }

  #dayOf(now: number): string {
    // Swedish dates are written as ISO dates are.
    return new Intl.DateTimeFormat('sv', { timeZone: this.#timeZone() ?? 'UTC' }).format(now);
  }
}

const countOf = (counted: DayCount, day: string) => (counted.day === day ? counted.count : 0);
