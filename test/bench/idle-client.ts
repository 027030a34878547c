// Child process that is measured: holds many streams as the bridge does and prints memory and CPU of some quiet seconds.

import { PictureBudget } from '../../bridge/alert-stream/picture-budget.ts';
import { readStream } from '../../bridge/alert-stream/read-stream.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { takeOver } from '../../shared/isapi/tapped-socket.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';

const SECONDS = 10;
const OPENED_AT_ONCE = 50;
const [cameras = '1000', port = '0'] = process.argv.slice(2);
const camera = CameraIdSchema.parse('gate');
const budget = new PictureBudget();
const pool = new BodyPool();
const { signal } = new AbortController();
let heartbeats = 0;

async function open(): Promise<void> {
  const response = await httpTransport().open({
    address: { host: '127.0.0.1', httpPort: Number(port) },
    method: 'GET',
    path: '/ISAPI/Event/notification/alertStream',
    headers: {},
    headerTimeoutMs: 20_000,
  });
  void readStream({
    body: takeOver(response),
    contentType: response.headers['content-type'] ?? '',
    arrival: () => ({ camera, source: 'stream', receivedAt: Date.now(), timeZone: undefined, clockOffsetMs: 0 }),
    onEvent: ({ type }) => {
      if (type === 'heartbeat') heartbeats += 1;
    },
    budget,
    pool,
    deadAfterMs: 30_000,
    signal,
  });
}

for (let opened = 0; opened < Number(cameras); opened += OPENED_AT_ONCE) {
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, open));
}
const settled = heartbeats + Number(cameras);
while (heartbeats < settled) await new Promise((next) => setTimeout(next, 50));
const before = process.cpuUsage();
const heard = heartbeats;
const started = performance.now();
await new Promise((next) => setTimeout(next, SECONDS * 1000));
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - started) / 1000;
const coreShare = ((user + system) / 1e6 / seconds) * 100;
process.stdout.write(
  `${JSON.stringify({ heartbeats: heartbeats - heard, coreShare, rssMb: process.memoryUsage().rss / 2 ** 20, peakRssMb: process.resourceUsage().maxRSS / 1024 })}\n`,
);
process.exit(0);
