// Our own clock is set back by an hour: what the guard does again after a while is done as soon as ever.
import { expect, test } from 'vitest';
import { Secret } from '../../support/secret.ts';
import { switchedTable } from './copied-ledger.test-support.ts';
import { useFakeCameras } from './fake-camera.test-support.ts';
import { failure, gateId, gateTo, minutes, movableClock, recordingLog } from './gate.test-support.ts';
import { watchedTable } from './watched-table.ts';

const cameraThat = useFakeCameras();

test('a password that was put right opens a shut guard at once', async () => {
  const camera = await cameraThat({ password: 'right' });
  const stored = { user: 'admin', password: new Secret('wrong'), passwordVersion: '1' };
  let held = stored;
  const account = {
    current: async () => held,
    reread: async () => {
      held = { ...stored };
      return held;
    },
  };
  const { get, clock } = gateTo(camera, { account });
  await failure(get());
  await failure(get());
  clock.advance(-minutes(60));
  Object.assign(stored, { password: new Secret('right'), passwordVersion: '2' });
  expect(await get()).toMatchObject({ status: 200 });
  expect(camera.badLogins).toBe(1);
});

test('a table that was away is found again within seconds', async () => {
  const table = switchedTable();
  const clock = movableClock();
  const watched = watchedTable({ table: table.ledger, clock, log: recordingLog() });
  table.isAway = true;
  await failure(watched.read(gateId));
  table.isAway = false;
  clock.advance(-minutes(60));
  expect(await watched.read(gateId)).toBeNull();
});
