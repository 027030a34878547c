// How journeys wait: for the thing itself, never for a while.
import { setTimeout as delay } from 'node:timers/promises';

const ASK_EVERY_MS = 15;
const DEADLINE_MS = 20_000;

/** Asks again until the answer `fits`, and returns that one; the error at the deadline shows the last one. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  fits: (answer: T) => boolean = Boolean,
): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (performance.now() > deadline) {
      const last = JSON.stringify(answer)?.slice(0, 1_000);
      throw new Error(`waited ${DEADLINE_MS / 1000} s in vain for ${what}; at last it was ${last}`);
    }
    await delay(ASK_EVERY_MS);
  }
}
