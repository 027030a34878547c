import { describe, expect, it } from 'vitest';
import { systemClock } from '../../support/clock.ts';
import { failure } from './gate.test-support.ts';
import { createTurns } from './turns.ts';

const patient = () => ({ until: systemClock.now() + 10_000 });

describe('turns at the camera', () => {
  it('come one at a time, in the order of asking', async () => {
    const turns = createTurns(systemClock);
    const order: number[] = [];
    let taken = 0;
    const visit = async (visitor: number) => {
      const end = await turns.take(patient());
      taken += 1;
      expect(taken).toBe(1);
      await Promise.resolve();
      order.push(visitor);
      taken -= 1;
      end();
    };
    await Promise.all([1, 2, 3, 4, 5].map(visit));
    expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  it('are given up when time is over or the caller leaves, without holding up those behind', async () => {
    const turns = createTurns(systemClock);
    const end = await turns.take(patient());
    const leaving = new AbortController();
    const late = failure(turns.take({ until: systemClock.now() + 10 }));
    const left = failure(turns.take({ ...patient(), signal: leaving.signal }));
    const last = turns.take(patient());
    leaving.abort();
    expect(await late).toMatchObject({ code: 'camera_busy' });
    expect(await left).toMatchObject({ code: 'camera_busy' });
    end();
    (await last)();
    await expect(turns.take(patient())).resolves.toBeTypeOf('function');
  });

  it('ended twice free only one', async () => {
    const turns = createTurns(systemClock);
    const end = await turns.take(patient());
    end();
    end();
    const second = await turns.take(patient());
    const third = failure(turns.take({ until: systemClock.now() + 10 }));
    expect(await third).toMatchObject({ code: 'camera_busy' });
    second();
  });
});
