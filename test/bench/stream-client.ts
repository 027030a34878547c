// Child process that is measured: reads one stream to its end and prints what it cost. `bridge` is the bridge's own road
// up to the outbox; `discard` throws the bytes away; `public` is the fastest public parser with fast-xml-parser.
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { MultipartParser } from '@mjackson/multipart-parser';
import { XMLParser } from 'fast-xml-parser';
import { PictureBudget } from '../../bridge/alert-stream/picture-budget.ts';
import { readStream, type StreamEvent } from '../../bridge/alert-stream/read-stream.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { takeOver } from '../../shared/isapi/tapped-socket.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { BOUNDARY } from './recording.ts';

const [mode = 'bridge', port = '0'] = process.argv.slice(2);
const counts = { reads: 0, pictures: 0, bytes: 0, faults: 0 };

function count(event: StreamEvent): void {
  if (event.type === 'read') counts.reads += 1;
  else if (event.type === 'pictures') counts.pictures += event.pictures.length;
  else if (event.type === 'fault') counts.faults += 1;
}

async function bridge(): Promise<void> {
  const camera = CameraIdSchema.parse('gate');
  const response = await httpTransport().open({
    address: { host: '127.0.0.1', httpPort: Number(port) },
    method: 'GET',
    path: '/ISAPI/Event/notification/alertStream',
    headers: {},
    headerTimeoutMs: 5_000,
  });
  const end = await readStream({
    body: takeOver(response),
    contentType: String(response.headers['content-type']),
    arrival: () => ({ camera, source: 'stream', receivedAt: Date.now(), timeZone: undefined, clockOffsetMs: 0 }),
    onEvent: count,
    budget: new PictureBudget(),
    pool: new BodyPool(),
    deadAfterMs: 30_000,
    signal: new AbortController().signal,
  });
  counts.bytes = end.bytes;
}

async function publicParsers(): Promise<void> {
  const xml = new XMLParser({ ignoreAttributes: true, parseTagValue: false, removeNSPrefix: true });
  const parser = new MultipartParser(BOUNDARY, { maxFileSize: Number.POSITIVE_INFINITY });
  const response = await new Promise<IncomingMessage>((resolve) =>
    get({ host: '127.0.0.1', port: Number(port) }, resolve),
  );
  for await (const chunk of response as AsyncIterable<Buffer>) {
    counts.bytes += chunk.length;
    for (const part of parser.write(chunk)) {
      if (part.mediaType === 'image/jpeg') counts.pictures += part.bytes[0] === 0xff ? 1 : 0;
      else if (xml.parse(Buffer.from(part.bytes))?.EventNotificationAlert?.ANPR?.licensePlate) counts.reads += 1;
    }
  }
}

function discard(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
    socket.on('data', (chunk) => {
      counts.bytes += chunk.length;
    });
    socket.on('end', () => resolve());
  });
}

const before = process.cpuUsage();
const started = performance.now();
await (mode === 'bridge' ? bridge() : mode === 'public' ? publicParsers() : discard());
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  `${JSON.stringify({ ...counts, seconds, cpuSeconds: (user + system) / 1e6, peakRssMb: process.resourceUsage().maxRSS / 1024 })}\n`,
);
process.exit(0);
