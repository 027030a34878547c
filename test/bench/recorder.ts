import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { recordBatch } from '../../functions/recorder/record.ts';
import { aDetection } from '../../shared/store/detection.fixture.ts';
import { detectionStore } from '../../shared/store/detections.ts';
import { openDynalite } from '../../shared/store/embedded.fixture.ts';
import { systemClock } from '../../shared/support/clock.ts';
import { silentLog } from '../../shared/support/log.ts';
import { type Figure, figure, median } from './figure.ts';

const ROWS = 600;
const BATCH = 10;
const PARALLEL = 4;
const PAIRS = 3;
const FIRST_READ = Date.UTC(2026, 10, 22);

/** Rows a second through the recorder, as a ratio to bare conditional puts of the same rows on the same table. */
export async function measureRecorder(): Promise<Figure[]> {
  const { client, table, close } = await openDynalite();
  try {
    const store = detectionStore({ client, table, clock: systemClock, log: silentLog });
    const recorder = { store, deadLetter: async () => {}, count: () => {}, log: silentLog };
    const ours: number[] = [];
    const bare: number[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const rows = Array.from({ length: ROWS }, (_, n) => newRead(pair * ROWS + n));
      bare.push(
        await rowsPerSecond(async (n) => {
          const Item = { ...rows[n], pk: `BARE#${pair}#${n}`, sk: 'DET' };
          await client.send(
            new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
          );
        }, PARALLEL),
      );
      const batches = Array.from({ length: ROWS / BATCH }, (_, b) => rows.slice(b * BATCH, (b + 1) * BATCH));
      const perBatch = await rowsPerSecond(
        async (b) => {
          const Records = (batches[b] ?? []).map((row, i) => sqsRecord(`${b}-${i}`, JSON.stringify(row)));
          const { batchItemFailures } = await recordBatch({ Records }, recorder);
          if (batchItemFailures.length > 0) throw new Error('the recorder failed on a row');
        },
        1,
        batches.length,
      );
      ours.push(perBatch * BATCH);
    }
    return [
      figure(
        'recorder: new rows a second, two writes each (reference: bare conditional puts, as many at a time)',
        median(ours),
        '/s',
        median(bare),
      ),
    ];
  } finally {
    await close();
  }
}

async function rowsPerSecond(write: (n: number) => Promise<void>, parallel: number, count = ROWS): Promise<number> {
  const started = performance.now();
  let next = 0;
  const worker = async () => {
    for (let n = next; n < count; n = next) {
      next += 1;
      await write(n);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return (count / (performance.now() - started)) * 1000;
}

/** Another vehicle each: a new row, and a new plate in the directory. */
function newRead(n: number) {
  const at = new Date(FIRST_READ + n * 1000).toISOString();
  return aDetection({ plate: `01A${String(n).padStart(5, '0')}`, at, capturedAt: at, receivedAt: at });
}

function sqsRecord(messageId: string, body: string) {
  const attributes = {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: '',
    ApproximateFirstReceiveTimestamp: '0',
  };
  return {
    messageId,
    body,
    attributes,
    receiptHandle: '',
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
}
