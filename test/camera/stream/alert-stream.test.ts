import { afterEach, describe, expect, test } from 'vitest';
import { type SimulatedCamera, startCamera } from '../camera.ts';
import { askLoggedIn, type Listener, listen } from '../camera-client.ts';
import type { CameraOptions } from '../camera-options.ts';
import type { FramingName } from './framing.ts';

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
async function listener(): Promise<Listener> {
  const opened = await listen(camera);
  listeners.push(opened);
  return opened;
}

afterEach(async () => {
  for (const opened of listeners.splice(0)) opened.close();
  await camera.close();
});

describe('the alert stream', () => {
  test('a heartbeat is a videoloss that is inactive', async () => {
    await start();
    const stream = await listener();
    camera.beat();
    const seen = (await stream.until(END)).toString();
    expect(seen).toContain('<eventType>videoloss</eventType>\r\n<eventState>inactive</eventState>');
    expect(stream.headers['content-type']).toBe('multipart/mixed; boundary=boundary');
  });

  test('the heart beats by itself at the pace that was set', async () => {
    await start({ heartbeatMs: 5 });
    const stream = await listener();
    expect((await stream.until(END)).includes('videoloss')).toBe(true);
  });

  test.each<FramingName>(['chunked', 'small-writes', 'slow-drip', 'start-mid-part'])(
    '%s carries a whole event',
    async (framing) => {
      await start({ framing, pictures: { drawn: 'none' } });
      const stream = await listener();
      await camera.drive({ plate: '30500AAA' });
      const seen = (await stream.until('<countryAbbreviation>')).toString('latin1');
      expect(seen).toContain('<licensePlate>30500AAA</licensePlate>');
      expect(seen.startsWith('--boundary')).toBe(framing !== 'start-mid-part');
      expect(stream.headers['transfer-encoding']).toBe(framing === 'chunked' ? 'chunked' : undefined);
    },
  );

  test('the framing may change while a stream is open', async () => {
    await start();
    const stream = await listener();
    camera.setFraming('no-length');
    camera.beat();
    expect((await stream.until(END)).includes('Content-Length')).toBe(false);
  });

  test('a cut ends it with FIN, after all that was sent', async () => {
    await start({ framing: 'closing' });
    const stream = await listener();
    camera.beat();
    camera.cutStreams();
    expect(await stream.ended).toBe('end');
    expect((await stream.until('--boundary--')).includes(END)).toBe(true);
  });

  test('a reset breaks it off', async () => {
    await start({ framing: 'chunked' });
    const stream = await listener();
    camera.resetStreams();
    expect(await stream.ended).toBe('aborted');
  });

  test('a frozen stream stays open, says nothing more, and the next client is served', async () => {
    await start();
    const frozen = await listener();
    camera.beat();
    const before = await frozen.until(END);
    camera.freezeStreams();
    const fresh = await listener();
    await camera.drive({ plate: '30500AAA' });
    await fresh.until('30500AAA');
    expect(camera.streams).toBe(2);
    expect((await frozen.until(END)).equals(before)).toBe(true);
  });

  test('a held slot answers 404 with a ResponseStatus until its time is over', async () => {
    await start();
    const first = await listener();
    camera.setFaults({ connect: { name: 'slot-held', forMs: 120_000 } });
    camera.cutStreams();
    await first.ended;
    await expect.poll(() => camera.streams).toBe(0);
    const held = await askLoggedIn(camera, '/ISAPI/Event/notification/alertStream');
    expect(held.status).toBe(404);
    expect(held.body.toString()).toContain('<ResponseStatus');
    clock.ms += 120_000;
    expect((await listener()).status).toBe(200);
  });

  test.each([
    ['busy', 503],
    ['full-house', 403],
  ] as const)('a camera that is %s refuses the stream', async (name, status) => {
    await start({ faults: { connect: { name } } });
    expect((await listener()).status).toBe(status);
  });

  test('a camera that is silent after the head sends no heartbeat', async () => {
    await start({ faults: { connect: { name: 'silent-after-head' } } });
    expect((await listener()).status).toBe(200);
    expect((await camera.drive()).reports).toEqual([{ streams: 0, push: null }]);
  });

  test('a silent camera takes the request and never answers', async () => {
    await start({ faults: { connect: { name: 'silent' } } });
    const waiting = listen(camera).catch(() => 'no answer');
    await expect.poll(() => camera.streams).toBe(1);
    camera.resetStreams();
    expect(await waiting).toBe('no answer');
  });

  test('a client that leaves frees its place', async () => {
    await start();
    const stream = await listener();
    camera.freezeStreams();
    stream.close();
    await expect.poll(() => camera.streams).toBe(0);
  });

  test('a truncated picture is followed by the end that was chosen', async () => {
    await start({ faults: { event: 'truncated-picture-then-fin' } });
    const stream = await listener();
    const entry = await camera.drive();
    expect(await stream.ended).toBe('end');
    const seen = await stream.until(END);
    const [plate, scene] = entry.pictures;
    expect(seen.includes(plate?.bytes ?? 'no picture')).toBe(true);
    expect(seen.includes(scene?.bytes ?? '')).toBe(false);
  });

  test('junk and raw bytes go out as they are', async () => {
    await start();
    const stream = await listener();
    camera.inject('json-part');
    camera.emit(Buffer.from('raw bytes'));
    expect((await stream.until('raw bytes')).includes('Content-Type: application/json')).toBe(true);
  });

  test('a reboot ends streams, and forgets plates, locks and nonces', async () => {
    await start();
    const stream = await listener();
    await camera.drive();
    for (let i = 0; i < 5; i++) await askLoggedIn({ ...camera, password: 'wrong' }, '/ISAPI/System/time');
    camera.reboot();
    await stream.ended;
    const reply = await askLoggedIn(camera, '/ISAPI/Traffic/channels/1/vehicleDetect/plates', {
      body: '<AfterTime><picTime>0</picTime></AfterTime>',
      method: 'POST',
    });
    expect(reply.body.toString()).not.toContain('<Plate>');
    expect(camera.ledger).toHaveLength(1);
  });
});
