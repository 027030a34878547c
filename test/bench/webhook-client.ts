// Child process that is measured: a 343 kB push through the webhook with everything behind it in memory.
import { accept } from '../../functions/webhook/accept.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { systemClock } from '../../shared/support/clock.ts';
import { silentLog } from '../../shared/support/log.ts';
import { pushSource } from '../../shared/webhook/push-source.ts';
import { alertXml, BOUNDARY, noisePicture, part } from './recording.ts';

const WARM = 200;
const COUNTED = 600;
const body = Buffer.concat([
  part('text/xml', Buffer.from(alertXml(1, 2)), true),
  part('image/jpeg', noisePicture(300_000, 1), true, 'detectionPicture.jpg'),
  part('image/jpeg', noisePicture(40_000, 2), true, 'licensePlatePicture.jpg'),
  Buffer.from(`--${BOUNDARY}--\r\n`),
]).toString('base64');
const sourceIp = '192.0.2.10';
let reads = 0;
const deps = {
  source: pushSource([{ id: CameraIdSchema.parse('gate'), pushFrom: [sourceIp] }]),
  clockOffsets: async () => () => null,
  pictures: { put: async () => {}, url: async () => '' },
  queue: {
    send: async (detections: readonly unknown[]) => {
      reads += detections.length;
      return { refused: [] };
    },
  },
  clock: systemClock,
  log: silentLog,
};
const push = () =>
  accept(
    {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/api/gate/anpr-event/',
      rawQueryString: '',
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      body,
      isBase64Encoded: true,
      requestContext: {
        accountId: '',
        apiId: '',
        domainName: '',
        domainPrefix: '',
        http: { method: 'POST', path: '/api/gate/anpr-event/', protocol: 'HTTP/1.1', sourceIp, userAgent: '' },
        requestId: '',
        routeKey: '$default',
        stage: '$default',
        time: '',
        timeEpoch: 0,
      },
    },
    deps,
  );
const cpuOf = async (count: number, work: () => unknown) => {
  const before = process.cpuUsage();
  for (let n = 0; n < count; n += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
};
await cpuOf(WARM, push);
reads = 0;
const pushMicros = await cpuOf(COUNTED, push);
const base64Micros = await cpuOf(COUNTED, () => Buffer.from(body, 'base64'));
process.stdout.write(`${JSON.stringify({ pushMicros, base64Micros, reads, expected: 2 * COUNTED })}\n`);
process.exit(0);
