import type { Clock } from '../../shared/support/clock.ts';
import type { Log } from '../../shared/support/log.ts';

/** A full disk drops pictures many times a second; one line a minute says how many. */
const SAY_EVERY_MS = 60_000;

/** Counts the pictures given up for want of room, and says so without flooding the log. */
export class DroppedPictures {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #log: Log;
  #total = 0;
  #unsaid = { pictures: 0, bytes: 0 };
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor({ clock, log }: { clock: Pick<Clock, 'now'>; log: Log }) {
    this.#clock = clock;
    this.#log = log;
  }

  get total(): number {
    return this.#total;
  }

  add(pictures: number, bytes: number): void {
    this.#total += pictures;
    this.#unsaid.pictures += pictures;
    this.#unsaid.bytes += bytes;
    if (Math.abs(this.#clock.now() - this.#saidAt) >= SAY_EVERY_MS) this.say();
  }

  /** Logs what no line has told yet. */
  say(): void {
    if (this.#unsaid.pictures === 0) return;
    this.#log.warn('outbox.pictures.dropped', { ...this.#unsaid, total: this.#total });
    this.#unsaid = { pictures: 0, bytes: 0 };
    this.#saidAt = this.#clock.now();
  }
}
