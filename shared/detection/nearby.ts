import type { Told } from './twin.ts';

/** Of one plate, or of one camera's unread, in one slot: a bound for what no camera sees and somebody could send. */
const MAX_IN_SLOT = 100;

/** What was told, found again by plate and time without a look at all of it. */
export class Nearby<T extends Told> {
  readonly #withinMs: number;
  readonly #slots = new Map<string, T[]>();

  constructor(withinMs: number, all: Iterable<T> = []) {
    this.#withinMs = withinMs;
    for (const told of all) this.add(told);
  }

  add(told: T): void {
    for (const slot of this.#slotsOf(told)) {
      const key = keyOf(told, slot);
      const known = this.#slots.get(key);
      if (known === undefined) this.#slots.set(key, [told]);
      else if (known.length < MAX_IN_SLOT) known.push(told);
    }
  }

  /** Of the same plate, all that may be within `withinMs` by either instant, and some that are not. */
  of(told: Told): T[] {
    const around = new Set([...this.#slotsOf(told)].flatMap((slot) => [slot - 1, slot, slot + 1]));
    return [...new Set([...around].flatMap((slot) => this.#slots.get(keyOf(told, slot)) ?? []))];
  }

  #slotsOf({ at, capturedAt }: Told): Set<number> {
    return new Set([at, capturedAt].map((instant) => Math.floor(Date.parse(instant) / this.#withinMs)));
  }
}

function keyOf({ plate }: Told, slot: number): string {
  return `${slot} ${plate ?? ''}`;
}
