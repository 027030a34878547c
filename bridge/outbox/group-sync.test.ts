import { expect, test } from 'vitest';
import { groupSync } from './group-sync.ts';

function slowSync() {
  const running: PromiseWithResolvers<void>[] = [];
  const sync = groupSync(() => {
    const run = Promise.withResolvers<void>();
    running.push(run);
    return run.promise;
  });
  return { running, sync };
}

test('ten reads at once wait for two syncs, none for a sync that began before it', async () => {
  const { running, sync } = slowSync();
  const done: number[] = [];
  const all = Array.from({ length: 10 }, (_, i) => sync().then(() => done.push(i)));
  expect(running).toHaveLength(1);
  running[0]?.resolve();
  await all[0];
  await Promise.resolve();
  expect(done).toEqual([0]);
  running[1]?.resolve();
  await Promise.all(all);
  expect(running).toHaveLength(2);
});

test('a sync that fails fails those who shared it, and the next one runs all the same', async () => {
  const { running, sync } = slowSync();
  const first = sync();
  const second = sync();
  running[0]?.reject(new Error('EIO'));
  await expect(first).rejects.toThrow('EIO');
  running[1]?.resolve();
  await expect(second).resolves.toBeUndefined();
});
