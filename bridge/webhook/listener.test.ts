import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CameraIdSchema, type Detection } from '../../shared/detection/detection.ts';
import { isoInstant, systemClock } from '../../shared/support/clock.ts';
import { silentLog } from '../../shared/support/log.ts';
import { MAX_PUSH_BYTES } from '../../shared/webhook/intake.ts';
import { pushSource } from '../../shared/webhook/push-source.ts';
import { ClockOffset } from '../alert-stream/clock-offset.ts';
import { type Listener, listenForPushes } from './listener.ts';

const HOUR_MS = 3_600_000;
const XML =
  '<EventNotificationAlert><dateTime>2026-11-22T10:00:00+05:00</dateTime><eventType>ANPR</eventType><ANPR><licensePlate>01A123BC</licensePlate></ANPR></EventNotificationAlert>';

let kept: Detection[];
let diskFull: boolean;
let listener: Listener;
let cameraAddress: string;
let clockOffset: ClockOffset;
let now: number;

async function listen(): Promise<void> {
  const source = pushSource([{ id: CameraIdSchema.parse('gate'), pushFrom: [cameraAddress] }]);
  const outbox = {
    addRead: async (detection: Detection) => {
      if (diskFull) throw new Error('could not keep the read: the disk is full');
      kept.push(detection);
    },
    addPictures: async () => {},
  };
  listener = await listenForPushes(
    { host: '127.0.0.1', port: 0 },
    { source, outbox, clockOffsetOf: () => clockOffset.ms, clock: { ...systemClock, now: () => now }, log: silentLog },
  );
}
beforeEach(async () => {
  kept = [];
  diskFull = false;
  cameraAddress = '127.0.0.1';
  clockOffset = new ClockOffset({ log: silentLog, camera: 'gate' });
  now = Date.UTC(2026, 10, 22, 5, 0, 1);
  await listen();
});
afterEach(() => listener.close());

function push(
  body: Buffer | string,
  { path = '/api/gate/anpr-event/', method = 'POST', headers = {} } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: listener.port, host: '127.0.0.1', path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('a camera that cannot push over HTTPS', () => {
  test('pushes to the bridge, and is told 200 once the read is on disk', async () => {
    expect(await push(XML)).toBe(200);
    expect(kept.map((d) => [d.plate, d.sources])).toEqual([['01A123BC', ['webhook']]]);
  });

  test('is told to come again while the disk is full', async () => {
    diskFull = true;
    expect(await push(XML)).toBe(503);
  });

  test('an hour fast: its pushes stand at the right instant, once its heartbeats were heard', async () => {
    const sentAt = Date.parse('2026-11-22T05:00:00Z');
    expect(await push(XML)).toBe(200);
    for (let n = 0; n < 5; n += 1) clockOffset.heard(isoInstant(sentAt + HOUR_MS), sentAt, undefined);
    expect(await push(XML.replace('T10:', 'T11:'))).toBe(200);
    expect(kept).toMatchObject([
      { timeFrom: 'camera', at: '2026-11-22T05:00:00.000Z' },
      { timeFrom: 'corrected', at: '2026-11-22T05:00:00.000Z', capturedAt: '2026-11-22T06:00:00.000Z' },
    ]);
  });

  test('an hour fast before anybody has measured it: its pushes are not of the future', async () => {
    now -= HOUR_MS;
    expect(await push(XML)).toBe(200);
    expect(kept).toMatchObject([
      { timeFrom: 'arrival', at: isoInstant(now), capturedAt: '2026-11-22T05:00:00.000Z', late: false },
    ]);
  });

  test('may send its body in chunks', async () => {
    expect(await push(XML, { headers: { 'Transfer-Encoding': 'chunked' } })).toBe(200);
    expect(kept).toHaveLength(1);
  });

  test('gets 413 for too much, announced or not', async () => {
    expect(await push(Buffer.alloc(MAX_PUSH_BYTES + 1))).toBe(413);
    expect(await push(Buffer.alloc(MAX_PUSH_BYTES + 1), { headers: { 'Transfer-Encoding': 'chunked' } })).toBe(413);
  });

  test('is told 413 although it writes on, and not cut off before it can read that', async () => {
    const body = Buffer.alloc(5 * MAX_PUSH_BYTES);
    for (let n = 0; n < 5; n += 1) expect(await push(body)).toBe(413);
  });

  test('a foreign address is refused, whatever it forges', async () => {
    await listener.close();
    cameraAddress = '192.0.2.10';
    await listen();
    expect(await push(XML, { headers: { 'X-Forwarded-For': '192.0.2.10' } })).toBe(403);
    expect(kept).toEqual([]);
  });

  test('forty silent connections do not keep its pushes out', async () => {
    const silent = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const socket = connect(listener.port, '127.0.0.1');
        socket.on('error', () => {});
        await new Promise((resolve) => socket.once('connect', resolve));
        return socket;
      }),
    );
    expect(await push(XML)).toBe(200);
    for (const socket of silent) socket.destroy();
  });

  test('other paths and methods do not exist', async () => {
    expect(await push(XML, { path: '/api/gate/detections' })).toBe(404);
    expect(await push('', { method: 'GET' })).toBe(405);
  });

  test('bytes that are no HTTP do not stop the next push', async () => {
    const socket = connect(listener.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {}).resume();
    socket.write('\0\xff\xfe nonsense\r\n\r\n');
    await closed;
    expect(await push(XML)).toBe(200);
  });
});
