// A standard SQS queue: in no order, at least once, and what a consumer did not finish comes again.

import type { DetectionQueue } from '../../shared/queue/detection-queue.ts';
import { detectionMessage } from '../../shared/queue/message-text.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { Broken } from '../../shared/support/errors.ts';
import type { Random } from '../camera/random.ts';

const VISIBILITY_MS = 30_000;
const BATCH = 10;

type Message = { body: string; visibleAt: number };

export type MemoryQueue = DetectionQueue & {
  isAway: boolean;
  /** Of all messages, how many are delivered a second time: 0…1. */
  twice: number;
  readonly waiting: number;
  /** Up to ten that a consumer may have now; `null` when there is none. */
  receive(): readonly string[] | null;
  /** These bodies of the last batch come again. */
  bringAgain(bodies: readonly string[]): void;
};

export function memoryQueue(clock: Pick<Clock, 'now'>, random: Random): MemoryQueue {
  let messages: Message[] = [];

  return {
    isAway: false,
    twice: 0,
    get waiting() {
      return messages.length;
    },
    async send(detections) {
      if (this.isAway) throw new Broken('internal', 'could not send to the queue: it is away');
      for (const detection of detections) {
        const message = { body: detectionMessage(detection), visibleAt: clock.now() };
        messages.push(message);
        // The second one while the first is long done, as SQS may.
        if (random() < this.twice) messages.push({ ...message, visibleAt: clock.now() + random() * 2 * VISIBILITY_MS });
      }
      return { refused: [] };
    },
    receive() {
      const visible = messages.filter(({ visibleAt }) => visibleAt <= clock.now());
      if (visible.length === 0) return null;
      const batch = new Set(shuffled(visible, random).slice(0, BATCH));
      messages = messages.filter((message) => !batch.has(message));
      return [...batch].map(({ body }) => body);
    },
    bringAgain(bodies) {
      messages.push(...bodies.map((body) => ({ body, visibleAt: clock.now() + VISIBILITY_MS })));
    },
  };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
