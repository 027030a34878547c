// Child process that is measured: reads streams that never finish what they began, and prints the peak of its memory.
import { PassThrough } from 'node:stream';
import { PictureBudget } from '../../bridge/alert-stream/picture-budget.ts';
import { readStream } from '../../bridge/alert-stream/read-stream.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { BOUNDARY } from './recording.ts';

const CHUNK = Buffer.alloc(64 * 1024, 0x41);
const START = Buffer.from(`--${BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0`, 'latin1');
const [cameras = '1', megabytesEach = '300', budgetMegabytes = '256'] = process.argv.slice(2);
const camera = CameraIdSchema.parse('gate');
const budget = new PictureBudget(Number(budgetMegabytes) * 2 ** 20);
const pool = new BodyPool();
const stop = new AbortController();
let peakHeld = 0;

async function drip(): Promise<void> {
  const body = new PassThrough();
  const ended = readStream({
    body,
    contentType: `multipart/mixed; boundary=${BOUNDARY}`,
    arrival: () => ({ camera, source: 'stream', receivedAt: 0, timeZone: undefined, clockOffsetMs: 0 }),
    onEvent: () => {},
    budget,
    pool,
    deadAfterMs: 60_000,
    signal: stop.signal,
  });
  body.write(START);
  for (let sent = 0; sent < Number(megabytesEach) * 2 ** 20; sent += CHUNK.length) {
    peakHeld = Math.max(peakHeld, budget.heldBytes);
    if (body.write(CHUNK)) continue;
    const waited = await Promise.race([new Promise((done) => body.once('drain', () => done('drained'))), quiet()]);
    if (waited !== 'drained') break;
  }
  held += 1;
  await ended;
}
/** A stream that meets the budget reads no more; then its writer has nothing to do but to stop. */
const quiet = () => new Promise((done) => setTimeout(done, 500, 'held'));
let held = 0;

const all = Array.from({ length: Number(cameras) }, drip);
while (held < Number(cameras)) await new Promise((next) => setTimeout(next, 20));
process.stdout.write(
  `${JSON.stringify({ peakRssMb: process.resourceUsage().maxRSS / 1024, peakHeldMb: peakHeld / 2 ** 20 })}\n`,
);
stop.abort();
await Promise.all(all);
process.exit(0);
