import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type SimulatedCamera, startCamera } from './camera.ts';
import { ask, askLoggedIn, type Listener, listen } from './camera-client.ts';
import type { CameraOptions } from './camera-options.ts';

const END = '</EventNotificationAlert>';

let camera: SimulatedCamera;
const listeners: Listener[] = [];
const clock = {
  ms: Date.UTC(2026, 10, 22, 5, 0, 0, 123),
  now() {
    return this.ms;
  },
};
async function start(options: CameraOptions = {}): Promise<void> {
  camera = await startCamera({ heartbeatMs: false, clock, pictures: { drawn: 'small' }, ...options });
}
async function listener(path?: string): Promise<Listener> {
  const opened = await listen(camera, path);
  listeners.push(opened);
  return opened;
}

afterEach(async () => {
  for (const opened of listeners.splice(0)) opened.close();
  await camera.close();
});

describe('a vehicle that passes', () => {
  test('reaches every open stream with its plate and both pictures, as the ledger says', async () => {
    await start();
    const [one, two] = [await listener(), await listener('/Event/notification/alertStream')];
    const entry = await camera.drive({ plate: '30500AAA' });
    for (const stream of [one, two]) {
      const [plate, scene] = entry.pictures;
      const seen = await stream.until(scene?.bytes ?? 'no picture');
      expect(seen.includes('<licensePlate>30500AAA</licensePlate>')).toBe(true);
      expect(seen.includes('<dateTime>2026-11-22T10:00:00+05:00</dateTime>')).toBe(true);
      expect(seen.includes(`<UUID>${entry.uuid}</UUID>`)).toBe(true);
      expect(seen.includes(`<pId>${plate?.pictureId}</pId>`)).toBe(true);
      expect(seen.includes(plate?.bytes ?? 'no picture')).toBe(true);
    }
    expect(camera.ledger).toEqual([entry]);
    expect(entry.reports).toEqual([{ streams: 2, push: null }]);
  });

  test('stands in the ledger and in the memory when nobody listens', async () => {
    await start();
    const entry = await camera.drive({ plate: '30500AAA' });
    expect(entry.reports).toEqual([{ streams: 0, push: null }]);
    const body = '<AfterTime><picTime>0</picTime></AfterTime>';
    const reply = await askLoggedIn(camera, '/ISAPI/Traffic/channels/1/vehicleDetect/plates', { method: 'POST', body });
    expect(reply.body.toString()).toContain('<plateNumber>30500AAA</plateNumber>');
  });

  test('is only a vehicledetection without plate and pictures on V5.4.5', async () => {
    await start({ firmware: 'v5.4.5' });
    const stream = await listener();
    await camera.drive({ plate: '30500AAA' });
    const seen = await stream.until(END);
    expect(seen.includes('<eventType>vehicledetection</eventType>')).toBe(true);
    expect(seen.includes('30500AAA')).toBe(false);
    expect(seen.includes('image/jpeg')).toBe(false);
  });

  test('has no vehicleInfo on V5.4.7', async () => {
    await start({ firmware: 'v5.4.7' });
    const stream = await listener();
    await camera.drive();
    const seen = (await stream.until(END)).toString('latin1');
    expect(seen).toContain('xmlns="http://www.std-cgi.com/ver10/XMLSchema"');
    expect(seen).toContain('<plateColor>white</plateColor>');
    expect(seen).not.toContain('vehicleInfo');
  });

  test('may be reported again, marked as a replay, with the same UUID and time', async () => {
    await start();
    const stream = await listener();
    const entry = await camera.drive();
    clock.ms += 60_000;
    await camera.report(entry, 'alarmDataType');
    await camera.report(entry, 'isDataRetransmission');
    const seen = (await stream.until('<isDataRetransmission>true')).toString('latin1');
    expect(seen.match(/<alarmDataType>1</g)).toHaveLength(1);
    expect(seen.split(`<UUID>${entry.uuid}</UUID>`)).toHaveLength(4);
    expect(seen.split(`<dateTime>${entry.dateTime}</dateTime>`)).toHaveLength(4);
    expect(camera.ledger).toHaveLength(1);
  });

  test('unread plates keep the words of the camera, or leave the plate out', async () => {
    await start();
    const stream = await listener();
    await camera.drive({ plate: 'noPlate' });
    await camera.drive({ plate: '' });
    await camera.drive({ plate: null, list: 'last' });
    const seen = (await stream.until('<vehicleListName>last')).toString('latin1');
    expect(seen.match(/<licensePlate>[^<]*/g)).toEqual(['<licensePlate>noPlate', '<licensePlate>']);
  });

  test.each([
    ['zulu', '<dateTime>2026-11-22T05:00:00Z<'],
    ['milliseconds', '<dateTime>2026-11-22T08:00:00.123+03:00<'],
    ['no-offset', '<dateTime>2026-11-22T08:00:00<'],
    ['short-offset', '<dateTime>2026-11-22T08:00:00+3:00<'],
    ['missing-sign', '<dateTime>2026-11-22T08:00:00 03:00<'],
  ] as const)('its time may be written as %s', async (dateTime, written) => {
    clock.ms = Date.UTC(2026, 10, 22, 5, 0, 0, 123);
    await start({ cameraClock: { dateTime, zoneMinutes: 180 } });
    const stream = await listener();
    await camera.drive();
    expect((await stream.until(END)).includes(written)).toBe(true);
  });
});

describe('what the camera counts', () => {
  test('requests, connections, streams and logins', async () => {
    await start();
    await ask(camera, '/ISAPI/System/time?x=1');
    await listener();
    const seen = camera.requests.map(({ url, authorization, status }) => [url, authorization, status]);
    expect(seen).toEqual([
      ['/ISAPI/System/time?x=1', 'none', 401],
      ['/ISAPI/Event/notification/alertStream', 'none', 401],
      ['/ISAPI/Event/notification/alertStream', 'digest', 200],
    ]);
    expect([camera.connects, camera.streams, camera.logins]).toEqual([3, 1, { good: 1, bad: 0, challenges: 2 }]);
  });

  test('a clock that is wrong shows in System/time and in events', async () => {
    clock.ms = Date.UTC(2026, 10, 22, 5);
    await start();
    camera.setClock({ offsetMs: 90_000, zoneMinutes: 480 });
    const { body } = await askLoggedIn(camera, '/ISAPI/System/time');
    expect(body.toString()).toContain('<localTime>2026-11-22T13:01:30+08:00</localTime>');
    expect(body.toString()).toContain('<timeZone>CST-8:00:00</timeZone>');
    expect((await camera.drive()).dateTime).toBe('2026-11-22T13:01:30+08:00');
  });
});

describe('the push to a webhook', () => {
  test('posts once, whatever the answer, and keeps its status', async () => {
    const posts: string[] = [];
    const webhook = createServer((request, response) => {
      posts.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
      request.resume().once('end', () => response.writeHead(503).end());
    }).listen(0, '127.0.0.1');
    await once(webhook, 'listening');
    const { port } = webhook.address() as AddressInfo;
    await start({ pushTo: `http://127.0.0.1:${port}/api/gate/anpr-event/` });
    const entry = await camera.drive();
    expect(entry.reports).toEqual([{ streams: 0, push: { status: 503 } }]);
    expect(posts).toEqual(['POST /api/gate/anpr-event/ multipart/form-data; boundary=boundary']);
    webhook.close();
    await once(webhook, 'close');
    expect((await camera.drive()).reports[0]?.push).toHaveProperty('failed');
  });
});
