import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DetectionIdSchema } from '../../shared/detection/detection.ts';
import { parsePicName } from '../../shared/isapi/plates/pic-name.ts';
import { silentLog } from '../../shared/support/log.ts';
import { recordingLog } from '../outbox/outbox.fixture.ts';
import { GATE } from './remembering-camera.fixture.ts';
import { type Files, MINUTE_MS, memoryDisk, repairBench } from './repair.fixture.ts';
import { progressFile, RepairProgress } from './repair-progress.ts';

const PATH = '/state/repair/gate.repair';
const ID = DetectionIdSchema.parse('abcdefghijklmnopqrstuvwxyz');

const fileIn = (files: Files, log = silentLog) =>
  progressFile({ folder: '/state/repair', camera: GATE, disk: memoryDisk(files), log });

async function written(): Promise<Files> {
  const files: Files = new Map();
  const progress = new RepairProgress();
  progress.cursor = parsePicName('2026112212000000000000042');
  progress.anchor = progress.cursor;
  progress.sweptAt = 1_795_330_000_000;
  progress.settle(ID);
  progress.owePicture(ID);
  await fileIn(files).write(progress);
  return files;
}

test('progress is read as it was written, its 25 digits too, and no temporary file is left', async () => {
  const files = await written();
  expect([...files.keys()]).toEqual([PATH]);
  const progress = await fileIn(files).read();
  expect(progress).toMatchObject({ cursor: '2026112212000000000000042', sweptAt: 1_795_330_000_000 });
  expect([...progress.settled, ...progress.unpictured]).toEqual([ID, ID]);
});

test('of two words at once the later one is the last', async () => {
  const files: Files = new Map();
  const file = fileIn(files);
  const progress = new RepairProgress();
  const first = file.write(progress);
  progress.sweptAt = 1;
  await Promise.all([first, file.write(progress)]);
  expect((await file.read()).sweptAt).toBe(1);
});

test('a damaged file, whatever the damage, is a first start, and said aloud', async () => {
  const intact = (await written()).get(PATH) ?? Buffer.alloc(0);
  const damage = fc.oneof(
    fc.record({ at: fc.nat(intact.length - 1), mask: fc.integer({ min: 1, max: 255 }) }).map(({ at, mask }) => {
      const bytes = Buffer.from(intact);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      return bytes;
    }),
    fc.nat(intact.length - 1).map((length) => intact.subarray(0, length)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
  await fc.assert(
    fc.asyncProperty(damage, async (bytes) => {
      const log = recordingLog();
      const progress = await fileIn(new Map([[PATH, bytes]]), log).read();
      expect(progress).toEqual(new RepairProgress());
      expect(log.events()).toEqual(['repair.progress.damaged']);
    }),
  );
});

test('after damage the whole memory is asked for again: the cursor is lost, and no plate', async () => {
  const bench = repairBench();
  bench.start();
  bench.connect();
  bench.camera.pass({ plate: '01FIRST1' });
  await bench.pass(10 * MINUTE_MS);
  await bench.stop();
  bench.camera.pass({ plate: '01NEXT01' });
  await bench.pass(10 * MINUTE_MS);
  bench.files.set(PATH, Buffer.from('20991231'));
  bench.start();
  bench.connect();
  await bench.pass(MINUTE_MS);
  expect(bench.kept.all.map(({ plate }) => plate)).toEqual(['01FIRST1', '01FIRST1', '01NEXT01']);
  expect(bench.kept.byId.size).toBe(2);
  await bench.stop();
});
