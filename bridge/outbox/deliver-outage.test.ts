import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleDetection } from '../../shared/queue/detection.fixture.ts';
import { Broken } from '../../shared/support/errors.ts';
import { type DeliveringBridge, deliveringBridge } from './deliver.fixture.ts';
import { hurriedClock, stoppedClock, until } from './outbox.fixture.ts';

let bridge: DeliveringBridge;
beforeEach(async () => {
  bridge = await deliveringBridge();
});
afterEach(() => bridge.close());

describe('while AWS is away', () => {
  test('nothing is lost, and all goes when it is back', async () => {
    bridge.queue.away = true;
    const clock = hurriedClock();
    bridge.start(clock);
    await bridge.addReads(1, 2, 3);
    await bridge.addPictures(4);
    await until(() => clock.sleeps.length > 20);
    expect(bridge.outbox.depth()).toMatchObject({ reads: 3, pictures: 1 });
    bridge.queue.away = false;
    await until(bridge.isEmpty);
    expect(new Set(bridge.sent().map(({ id }) => id))).toEqual(new Set([1, 2, 3, 4].map((n) => sampleDetection(n).id)));
  });

  test('one outage is one line when it begins and one when it ends, with how long and how many', async () => {
    bridge.queue.away = true;
    const clock = hurriedClock();
    await bridge.addReads(...Array.from({ length: 50 }, (_, n) => n));
    bridge.start(clock);
    await until(() => clock.sleeps.length > 30);
    bridge.queue.away = false;
    await until(bridge.isEmpty);
    expect(bridge.log.events()).toEqual(['outbox.delivery.failed', 'outbox.delivery.recovered']);
    const [failed, recovered] = bridge.log.lines;
    expect(failed?.fields).toEqual({ uplink: 'reads', reason: 'could not send to the queue: away', waiting: 50 });
    expect(recovered?.fields.waiting).toBe(40);
    expect(recovered?.fields.afterMs).toBe(clock.sleeps.reduce((sum, ms) => sum + ms, 0));
    expect(recovered?.fields.failures).toBe(clock.sleeps.length);
  });

  test('one sender probes with a pause that doubles up to its cap, whatever waits', async () => {
    bridge.queue.away = true;
    const clock = hurriedClock();
    await bridge.addReads(...Array.from({ length: 50 }, (_, n) => n));
    bridge.start(clock);
    await until(() => clock.sleeps.length >= 10);
    // random 0.5 is three quarters of the pause
    expect(clock.sleeps.slice(0, 10)).toEqual([150, 300, 600, 1200, 2400, 4800, 9600, 11_250, 11_250, 11_250]);
    expect(bridge.queue.calls).toBeLessThanOrEqual(4 + clock.sleeps.length);
  });

  test('a picture store that is away holds up no read', async () => {
    bridge.pictures.failing = new Broken('internal', 'could not put a picture: away');
    bridge.start(stoppedClock);
    await bridge.addPictures(1);
    await until(() => bridge.log.events().includes('outbox.delivery.failed'));
    await bridge.addReads(1, 2);
    await until(() => bridge.outbox.depth().reads === 0);
    expect(bridge.outbox.depth().pictures).toBe(1);
    expect(bridge.sent()).toHaveLength(2);
  });

  test('pictures that are in the store do not go over the line again while only the queue is away', async () => {
    bridge.queue.away = true;
    const clock = hurriedClock();
    bridge.start(clock);
    await bridge.addPictures(1);
    await until(() => bridge.queue.calls > 10);
    bridge.queue.away = false;
    await until(bridge.isEmpty);
    expect(bridge.pictures.puts).toBe(2);
  });

  test('stopping in the middle of an outage is quick and leaves all on disk', async () => {
    bridge.queue.away = true;
    bridge.start(stoppedClock);
    await bridge.addReads(1, 2);
    await until(() => bridge.log.events().includes('outbox.delivery.failed'));
    await bridge.stop();
    await bridge.outbox.close();
    expect((await bridge.folder.open()).depth().reads).toBe(2);
  });

  test('a second start after a stop delivers what the first one held', async () => {
    bridge.queue.away = true;
    bridge.start(stoppedClock);
    await bridge.addReads(1, 2);
    await until(() => bridge.log.events().includes('outbox.delivery.failed'));
    await bridge.stop();
    bridge.queue.away = false;
    bridge.start(stoppedClock);
    await until(bridge.isEmpty);
    expect(bridge.sent()).toHaveLength(2);
  });
});
