// How soon a plate and a picture are handed on after their last byte, with nothing after it.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PictureBudget } from '../../bridge/alert-stream/picture-budget.ts';
import { readStream, type StreamEvent } from '../../bridge/alert-stream/read-stream.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import { BodyPool } from '../../shared/isapi/multipart/body-pool.ts';
import { takeOver } from '../../shared/isapi/tapped-socket.ts';
import { httpTransport } from '../../shared/isapi/transport.ts';
import { type Figure, figure, percentile } from './figure.ts';
import { alertXml, BOUNDARY, noisePicture, part } from './recording.ts';

const PASSAGES = 300;
const SCENE_BYTES = 300_000;
const HEAD = `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: multipart/mixed; boundary=${BOUNDARY}\r\n\r\n`;

export async function measurePromptness(): Promise<Figure[]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const opened = httpTransport().open({
    address: { host: '127.0.0.1', httpPort: (server.address() as AddressInfo).port },
    method: 'GET',
    path: '/',
    headers: {},
    headerTimeoutMs: 5_000,
  });
  const [camera] = await connected;
  camera.setNoDelay(true);
  camera.write(HEAD);
  const response = await opened;
  const stop = new AbortController();
  let heard: (type: StreamEvent['type']) => void = () => {};
  const ended = readStream({
    body: takeOver(response),
    contentType: response.headers['content-type'] ?? '',
    arrival: () => ({
      camera: CameraIdSchema.parse('gate'),
      source: 'stream',
      receivedAt: Date.now(),
      timeZone: undefined,
      clockOffsetMs: 0,
    }),
    onEvent: ({ type }) => heard(type),
    budget: new PictureBudget(),
    pool: new BodyPool(),
    deadAfterMs: 30_000,
    signal: stop.signal,
  });
  const plates: number[] = [];
  const pictures: number[] = [];
  const scene = part('image/jpeg', noisePicture(SCENE_BYTES, 3), true).subarray(0, -2);
  const after = async (bytes: Buffer, type: StreamEvent['type'], into: number[]) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    heard = (got) => got === type && resolve();
    // Timed from the last byte: what is before it may take the socket a while.
    camera.write(bytes.subarray(0, -1));
    await new Promise((next) => setTimeout(next, 3));
    const started = performance.now();
    camera.write(bytes.subarray(-1));
    await promise;
    into.push(performance.now() - started);
  };
  for (let n = 0; n < PASSAGES; n += 1) {
    await after(part('application/xml', Buffer.from(alertXml(n, 1)), true).subarray(0, -2), 'read', plates);
    await after(scene, 'pictures', pictures);
  }
  stop.abort();
  await ended;
  camera.destroy();
  server.close();
  return [
    figure('plate handed on after its last byte, silence after it: p99', percentile(plates, 99), 'ms', 20, {
      of: 'value',
      most: 20,
    }),
    figure('300 kB picture handed on after its last byte, silence after it: p99', percentile(pictures, 99), 'ms', 20, {
      of: 'value',
      most: 20,
    }),
  ];
}
