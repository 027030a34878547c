// Carries the outbox to AWS for as long as the bridge runs. Reads and pictures have senders and an uplink each, so that
// no read ever waits behind a picture, nor behind a picture store that is away.

import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import { type DetectionQueue, MAX_BATCH_MESSAGES } from '../../shared/queue/detection-queue.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { Rejected, reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import type { Contents, Entry } from './entry.ts';
import type { Outbox } from './outbox.ts';
import type { Tray } from './tray.ts';
import { Uplink } from './uplink.ts';

/** A read that arrives while a send is under way goes at once by another. */
const READ_SENDERS = 4;
/** More would not fill a gate's uplink faster, and each holds one read's pictures in memory (about 1 MB). */
const PICTURE_SENDERS = 3;
/** A message refused so often, with pauses from one minute doubling (15 min in all), is refused for good. */
const MAX_REFUSALS = 5;
const FIRST_REFUSAL_PAUSE_MS = 60_000;

export type DeliverOptions = {
  outbox: Pick<Outbox, 'trays'>;
  pictures: PictureStore;
  queue: DetectionQueue;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  random?: () => number;
};

type Open = { entry: Entry; contents: Contents };

/** Resolves after `signal` aborts and what was under way has an outcome; whatever AWS did not take stays on disk. */
export async function deliver(options: DeliverOptions): Promise<void> {
  const { reads, pictures } = options.outbox.trays;
  await Promise.all([
    ...senders(READ_SENDERS, { ...options, name: 'reads', tray: reads, batch: MAX_BATCH_MESSAGES }),
    ...senders(PICTURE_SENDERS, { ...options, name: 'pictures', tray: pictures, batch: 1 }),
  ]);
}

type SenderOptions = DeliverOptions & { name: string; tray: Tray; batch: number };

function senders(count: number, options: SenderOptions): Promise<void>[] {
  const { name, tray, batch, clock, log, signal, random = Math.random } = options;
  const uplink = new Uplink({ name, clock, log, random, waiting: () => tray.count });
  const refusals = new WeakMap<Entry, number>();
  /** Whose pictures need not go over a slow line again only because the queue is away. */
  const stored = new WeakSet<Entry>();

  async function send(): Promise<void> {
    while (!signal.aborted) {
      await tray.arrival(signal);
      await uplink.attempt(() => carry(tray.take(batch)), signal);
    }
  }

  /** How many messages the queue answered for. What it did not take is back in the tray, or set aside, or bad. */
  async function carry(entries: readonly Entry[]): Promise<number> {
    try {
      const ready: Open[] = [];
      for (const entry of entries) {
        const open = await prepare(entry);
        if (open !== null) ready.push(open);
      }
      if (ready.length === 0) return 0;
      const refused = new Set((await options.queue.send(ready.map(({ contents }) => contents.detection))).refused);
      await Promise.all(ready.map(({ entry }, i) => (refused.has(i) ? setAside(entry) : tray.remove(entry))));
      return ready.length;
    } catch (error) {
      for (const entry of entries) tray.putBack(entry);
      throw error;
    }
  }

  /** The message from disk, its pictures in the store; null when it went to the bad folder instead. */
  async function prepare(entry: Entry): Promise<Open | null> {
    const contents = await tray.read(entry);
    if (contents === null) return null;
    try {
      if (!stored.has(entry)) await store(contents);
      stored.add(entry);
      return { entry, contents };
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      await tray.setBad(entry, reasonOf(error));
      return null;
    }
  }

  async function store({ detection, pictures }: Contents): Promise<void> {
    for (const [i, bytes] of pictures.entries()) {
      const claim = detection.pictures[i];
      if (claim !== undefined) await options.pictures.put(claim.key, bytes, claim.contentType);
    }
  }

  /** Refused by itself while the queue answers: tried again later, out of the others' way, but not for ever. */
  async function setAside(entry: Entry): Promise<void> {
    const times = (refusals.get(entry) ?? 0) + 1;
    refusals.set(entry, times);
    if (times >= MAX_REFUSALS) return tray.setBad(entry, 'the queue refuses it');
    void clock
      .sleep(FIRST_REFUSAL_PAUSE_MS * 2 ** (times - 1), signal)
      .catch(() => {})
      .then(() => tray.putBack(entry));
  }

  return Array.from({ length: count }, send);
}
