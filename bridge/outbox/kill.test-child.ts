// A bridge in small, to be killed: keeps reads and pictures, delivers them to standard output, and says what it promised.
// Lines: "kept <id>" once a read is safe, "sent <id>" before the queue answers, "pictures <id>" once those are safe.
import { writeSync } from 'node:fs';
import { systemClock } from '../../shared/support/clock.ts';
import { silentLog } from '../../shared/support/log.ts';
import { deliver } from './deliver.ts';
import { PLENTY_BYTES, readWithPictures } from './outbox.fixture.ts';
import { openOutbox } from './outbox.ts';

const STDOUT = 1;
const [folder = '', from = '0'] = process.argv.slice(2);

function say(line: string): void {
  writeSync(STDOUT, `${line}\n`);
}

const outbox = await openOutbox({ folder, quotaBytes: PLENTY_BYTES, clock: systemClock, log: silentLog });
say('open');
void deliver({
  outbox,
  pictures: { put: async () => {}, url: async (key) => key },
  queue: {
    async send(detections) {
      // Most batches stay, so that the folder fills while it empties.
      if (detections.some(({ id }) => id < 'm')) return { refused: detections.map((_, i) => i) };
      for (const { id, pictures } of detections) say(`sent ${id}${pictures.length > 0 ? ' with pictures' : ''}`);
      return { refused: [] };
    },
  },
  clock: systemClock,
  log: silentLog,
  signal: new AbortController().signal,
});

for (let n = Number(from); ; n += 2) {
  await Promise.all(
    [n, n + 1].map(async (each) => {
      const { read, bytesByKey } = readWithPictures(each, 200_000);
      await outbox.addRead({ ...read, pictures: [] });
      say(`kept ${read.id}`);
      await outbox.addPictures(read, bytesByKey);
      say(`kept ${read.id} with pictures`);
    }),
  );
}
