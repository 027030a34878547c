import type { TimeZone } from '../../shared/detection/camera-time.ts';

export type DayCount = { day: string; count: number };

/** Live reads of the day it is at the gate: by our clock, in the camera's zone (UTC while that is unknown). */
export class ReadsToday {
  readonly #timeZone: () => TimeZone | undefined;
  #counted: DayCount = { day: '', count: 0 };

  constructor(timeZone: () => TimeZone | undefined) {
    this.#timeZone = timeZone;
  }

  add(now: number): void {
    const { day, count } = this.on(now);
    this.#counted = { day, count: count + 1 };
  }

  /** Adds what an earlier process counted, if that was on the same day. */
  resume(earlier: DayCount, now: number): void {
    const { day, count } = this.on(now);
    if (earlier.day === day) this.#counted = { day, count: count + earlier.count };
  }

  on(now: number): DayCount {
    const day = this.#dayOf(now);
    return { day, count: day === this.#counted.day ? this.#counted.count : 0 };
  }

  #dayOf(now: number): string {
    // Swedish dates are written as ISO dates are.
    return new Intl.DateTimeFormat('sv', { timeZone: this.#timeZone() ?? 'UTC' }).format(now);
  }
}
