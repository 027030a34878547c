import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PictureBudget } from './picture-budget.ts';
import { alertPart, Gate, jpeg, picturePart } from './stream.fixture.ts';

let gate: Gate;
beforeEach(() => {
  gate = new Gate();
});
afterEach(() => gate.close());

const SCENE = jpeg(300_000);
const PLATE = jpeg(40_000, 0x42);
const passage = (plate: string, n = 0) =>
  Buffer.concat([alertPart(plate, 2, n), picturePart(SCENE), picturePart(PLATE)]);

describe('an alert stream on a real socket', () => {
  test.each([1_460, 65_536, 1_000_000])(
    'gives every plate with its own pictures, in writes of %i bytes',
    async (every) => {
      await gate.open();
      const bytes = Buffer.concat(Array.from({ length: 5 }, (_, n) => passage(`01A10${n}BC`, n)));
      for (let at = 0; at < bytes.length; at += every) gate.camera.write(bytes.subarray(at, at + every));
      await gate.until(() => gate.pictures.length === 10);
      expect(gate.plates).toEqual(['01A100BC', '01A101BC', '01A102BC', '01A103BC', '01A104BC']);
      expect(gate.pictures.filter((bytes) => SCENE.equals(bytes))).toHaveLength(5);
      expect(gate.pictures.filter((bytes) => PLATE.equals(bytes))).toHaveLength(5);
      expect(gate.faults).toEqual([]);
    },
  );

  test('a byte at a time is a stream too', async () => {
    await gate.open();
    for (const byte of Buffer.concat([alertPart('01A123BC', 1), picturePart(jpeg(500))]))
      gate.camera.write(Buffer.of(byte));
    await gate.until(() => gate.pictures.length === 1);
    expect(gate.plates).toEqual(['01A123BC']);
  });

  test('the plate goes on before its pictures come', async () => {
    await gate.open();
    gate.camera.write(alertPart('01A123BC', 2));
    await gate.until(() => gate.plates.length === 1);
    expect(gate.pictures).toEqual([]);
  });

  test('one picture of two goes on when the camera pauses, and the other when it comes', async () => {
    await gate.open();
    gate.camera.write(Buffer.concat([alertPart('01A123BC', 2), picturePart(SCENE)]));
    await gate.until(() => gate.pictures.length === 1);
    gate.camera.write(picturePart(PLATE));
    await gate.until(() => gate.pictures.length === 2);
    expect(gate.plates).toEqual(['01A123BC']);
  });

  test('a pause in mid-picture, and the picture is whole all the same', async () => {
    await gate.open();
    const bytes = passage('01A123BC');
    gate.camera.write(bytes.subarray(0, 150_000));
    await new Promise((paused) => setTimeout(paused, 1_200));
    gate.camera.write(bytes.subarray(150_000));
    await gate.until(() => gate.pictures.length === 2);
    expect(SCENE.equals(gate.pictures[0] ?? Buffer.alloc(0))).toBe(true);
  });
});

describe('a picture that breaks off while the stream goes on', () => {
  const heartbeat = Buffer.from(
    '--boundary\r\nContent-Type: application/xml\r\n\r\n<EventNotificationAlert><eventType>videoloss</eventType><eventState>inactive</eventState></EventNotificationAlert>\r\n',
  );

  test('holds up no plate behind it, however often the camera beats (old firmware: every 300 ms)', async () => {
    await gate.open();
    const beats = setInterval(() => gate.camera.write(heartbeat), 50);
    gate.camera.write(passage('01A123BC').subarray(0, 150_000));
    await gate.until(() => gate.plates.length === 1);
    gate.camera.write(alertPart('01A124BC', 0, 1));
    await gate.until(() => gate.plates.length === 2).finally(() => clearInterval(beats));
    expect(gate.plates).toEqual(['01A123BC', '01A124BC']);
    expect(gate.pictures).toEqual([]);
    expect(gate.faults).toEqual(['part_truncated']);
  });

  test('holds up no event behind it when something stray follows that one and the camera then pauses', async () => {
    await gate.open();
    gate.camera.write(passage('01A123BC').subarray(0, 150_000));
    gate.camera.write(Buffer.concat([alertPart('01A124BC', 0, 1), Buffer.from('HTTP/1.1 200 OK\r\nA: stray\r\n\r\n')]));
    await gate.until(() => gate.plates.length === 2);
    expect(gate.plates).toEqual(['01A123BC', '01A124BC']);
  });

  test('is told from one that takes its time and holds bytes like an event: that one is whole', async () => {
    await gate.open();
    const scene = Buffer.from(SCENE);
    alertPart('EVIL').copy(scene, 200);
    const bytes = Buffer.concat([alertPart('01A123BC', 1), picturePart(scene)]);
    for (let at = 0; at < bytes.length; at += 10_000) {
      gate.camera.write(bytes.subarray(at, at + 10_000));
      await new Promise((next) => setTimeout(next, 60));
    }
    await gate.until(() => gate.pictures.length === 1);
    expect(gate.plates).toEqual(['01A123BC']);
    expect(gate.faults).toEqual([]);
  });
});

describe('how a stream ends', () => {
  test('closed by the camera in mid-picture: the plate stands, the half picture is dropped and counted', async () => {
    await gate.open();
    gate.camera.end(passage('01A123BC').subarray(0, 100_000));
    expect(await gate.ended).toMatchObject({ reason: 'closed' });
    expect(gate.plates).toEqual(['01A123BC']);
    expect(gate.pictures).toEqual([]);
    expect(gate.faults).toEqual(['part_truncated']);
  });

  test('reset in mid-picture: no half picture either', async () => {
    await gate.open();
    gate.camera.write(passage('01A123BC').subarray(0, 100_000));
    await gate.until(() => gate.plates.length === 1);
    gate.camera.resetAndDestroy();
    expect(await gate.ended).toMatchObject({ reason: 'broken' });
    expect(gate.pictures).toEqual([]);
  });

  test('half open and silent: dead after the time set, not for ever', async () => {
    await gate.open({ deadAfterMs: 300 });
    const before = performance.now();
    expect(await gate.ended).toMatchObject({ reason: 'silent' });
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  test('a drip of bytes is no silence', async () => {
    await gate.open({ deadAfterMs: 400 });
    for (const byte of alertPart('01A123BC').subarray(0, 12)) {
      gate.camera.write(Buffer.of(byte));
      await new Promise((next) => setTimeout(next, 60));
    }
    gate.camera.write(alertPart('01A123BC').subarray(12));
    await gate.until(() => gate.plates.length === 1);
  });

  test('told to stop, it stops', async () => {
    await gate.open();
    gate.stop.abort();
    expect(await gate.ended).toMatchObject({ reason: 'stopped' });
  });
});

describe('back-pressure', () => {
  test('while a plate is being stored nothing more is read, and the camera is not taken for silent', async () => {
    const { promise: disk, resolve: diskIsBack } = Promise.withResolvers<void>();
    await gate.open({ deadAfterMs: 200, onEvent: () => disk });
    gate.camera.write(Buffer.concat([alertPart('01A100BC'), alertPart('01A101BC', 0, 1)]));
    await new Promise((longer) => setTimeout(longer, 500));
    expect(gate.plates).toEqual([]);
    diskIsBack();
    await gate.until(() => gate.plates.length === 2);
    expect(gate.plates).toEqual(['01A100BC', '01A101BC']);
  });

  test('a stream that finds no room waits until another is done, and then goes on', async () => {
    const budget = new PictureBudget(100_000);
    const elsewhere = Symbol('another stream');
    budget.hold(elsewhere, 200_000);
    expect(budget.hasRoom(elsewhere)).toBe(true);
    await gate.open({ budget });
    gate.camera.write(passage('01A123BC'));
    await gate.until(() => gate.plates.length === 1);
    await new Promise((longer) => setTimeout(longer, 200));
    expect(gate.pictures).toEqual([]);
    budget.leave(elsewhere);
    await gate.until(() => gate.pictures.length === 2);
  });

  test('when all wait, one goes on: no two streams wait for each other for ever', () => {
    const budget = new PictureBudget(10);
    const [a, b] = [Symbol('a'), Symbol('b')];
    budget.hold(a, 8);
    budget.hold(b, 8);
    expect([budget.hasRoom(a), budget.hasRoom(b), budget.hasRoom(a)]).toEqual([true, false, true]);
    budget.hold(a, 0);
    expect(budget.hasRoom(b)).toBe(true);
  });
});
