import { afterEach, describe, expect, test } from 'vitest';
import { Busy } from '../../shared/support/errors.ts';
import { recordingLog } from '../outbox/outbox.fixture.ts';
import { MAX_QUERIES_PER_MINUTE } from './query-pace.ts';
import { type BenchOptions, MINUTE_MS, type RepairBench, repairBench } from './repair.fixture.ts';

let bench: RepairBench;
afterEach(() => bench.stop());

function open(options?: BenchOptions): RepairBench {
  bench = repairBench(options);
  return bench;
}

describe('questions to the camera', () => {
  test('are no storm, whatever happens: a stream that comes and goes every second, vehicles all the while', async () => {
    open({ plates: { rowsPerAnswer: 5 } }).start();
    const repair = bench.start();
    await bench.outage(30);
    const begun = bench.camera.asked.length;
    let most = 0;
    for (let minute = 0; minute < 5; minute += 1) {
      const before = bench.camera.asked.length;
      for (let second = 0; second < 60; second += 1) {
        const disconnect = bench.connect();
        repair.vehicleSeen();
        await bench.pass(500);
        disconnect();
        await bench.pass(500);
      }
      most = Math.max(most, bench.camera.asked.length - before);
    }
    expect(bench.camera.asked.length).toBeGreaterThan(begun);
    expect(most).toBeLessThanOrEqual(MAX_QUERIES_PER_MINUTE);
  });

  test('fail in one line while the camera is away, and succeed when it is back', async () => {
    const log = recordingLog();
    open();
    const repair = bench.start({ log });
    bench.connect();
    bench.camera.away = true;
    bench.camera.pass({ plate: '01A123BC' });
    await bench.pass(10 * MINUTE_MS);
    expect(repair.view()).toMatchObject({ lastError: 'could not reach the camera', lastSweepAt: null });
    expect(log.events()).toEqual(['repair.failed']);
    bench.camera.away = false;
    await bench.pass(MINUTE_MS);
    expect(bench.keptPlates()).toEqual(['01A123BC']);
    expect(repair.view().lastError).toBeNull();
  });

  test('are turned away by a shut guard without a line of the log', async () => {
    const log = recordingLog();
    open();
    const locked = new Busy('camera_locked', 'could not ask camera gate: its guard is shut');
    const client = { ...bench.camera.client, request: () => Promise.reject(locked) };
    const repair = bench.start({ log, client });
    bench.connect();
    await bench.pass(10 * MINUTE_MS);
    expect(repair.view().lastError).toContain('its guard is shut');
    expect(log.events()).toEqual([]);
  });

  test('end with the stream, so that its reconnect comes first', async () => {
    open();
    const signals: (AbortSignal | undefined)[] = [];
    const client = {
      ...bench.camera.client,
      request: ({ signal }: { signal?: AbortSignal }) => {
        signals.push(signal);
        return new Promise<never>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      },
    };
    bench.start({ client });
    const disconnect = bench.connect();
    await bench.pass(1_000);
    expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
    disconnect();
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
    await bench.pass(1_000);
    expect(signals).toHaveLength(1);
  });
});

describe('pictures of recovered reads', () => {
  const JPEG = Buffer.from([0xff, 0xd8, 7, 7, 0xff, 0xd9]);

  test('that could not be fetched now are fetched by the next process, and once', async () => {
    open();
    bench.camera.pass({ plate: '01A123BC' });
    await bench.pass(5 * MINUTE_MS);
    let isBusy = true;
    const pictures: string[] = [];
    const client: RepairBench['camera']['client'] = {
      ...bench.camera.client,
      request: async (request) => {
        if (!request.path.startsWith('/doc/')) return bench.camera.client.request(request);
        pictures.push(request.path);
        if (isBusy) throw new Busy('camera_busy', 'could not get a picture: the camera is busy');
        return { status: 200, contentType: 'image/jpeg', body: JPEG };
      },
    };
    bench.start({ client });
    await bench.pass(MINUTE_MS);
    expect(bench.kept.all).toHaveLength(1);
    expect(pictures).toHaveLength(1);
    isBusy = false;
    bench.start({ client });
    await bench.pass(10 * MINUTE_MS);
    expect(pictures).toHaveLength(2);
    expect(bench.kept.withPictures).toMatchObject([
      {
        id: bench.kept.all[0]?.id,
        late: true,
        sources: ['history'],
        pictures: [{ kind: 'plate', bytes: JPEG.length }],
      },
    ]);
    expect(bench.kept.all).toHaveLength(1);
  });

  test('that the camera does not have are not asked for again and again', async () => {
    open({ plates: { picture: 'missing' } });
    await bench.outage(30);
    bench.start();
    bench.connect();
    await bench.pass(10 * MINUTE_MS);
    expect(bench.camera.asked.filter((path) => path.startsWith('/doc/ui/images/plate/'))).toHaveLength(3);
    expect(bench.kept.all).toHaveLength(30);
  });
});

describe('a camera whose stream carries no plates', () => {
  test('has its plate within two seconds of the vehicle, and it is no replay', async () => {
    open();
    const repair = bench.start();
    bench.connect();
    repair.streamSendsNoPlates();
    await bench.pass(MINUTE_MS);
    for (let n = 0; n < 5; n += 1) {
      const passed = bench.clock.now();
      bench.camera.pass({ plate: `01E${100 + n}FG` });
      repair.vehicleSeen();
      await bench.pass(2_000);
      expect(bench.kept.all.at(-1)).toMatchObject({ plate: `01E${100 + n}FG`, late: false, sources: ['history'] });
      expect(Date.parse(bench.kept.all.at(-1)?.receivedAt ?? '') - passed).toBeLessThanOrEqual(2_000);
      await bench.pass(20_000);
    }
    expect(bench.live).toEqual(bench.kept.all);
    await bench.pass(10 * MINUTE_MS);
    expect(bench.kept.all).toHaveLength(5);
  });

  test('is looked at once more for a plate that the memory did not have at once', async () => {
    open();
    const repair = bench.start();
    bench.connect();
    await bench.pass(MINUTE_MS);
    repair.vehicleSeen();
    await bench.pass(700);
    bench.camera.pass({ plate: '01SLOW01' });
    await bench.pass(1_300);
    expect(bench.kept.all).toMatchObject([{ plate: '01SLOW01', late: false }]);
  });

  test('that was not asked for a while brings what it remembers as late', async () => {
    open();
    bench.camera.pass({ plate: '01OLD001' });
    await bench.pass(30_000);
    const repair = bench.start();
    repair.streamSendsNoPlates();
    bench.connect();
    await bench.pass(2_000);
    expect(bench.kept.all).toMatchObject([{ plate: '01OLD001', late: true }]);
    expect(bench.live).toEqual([]);
  });

  test('with an event a second is asked at most once a second', async () => {
    open();
    const repair = bench.start();
    bench.connect();
    await bench.pass(MINUTE_MS);
    const before = bench.platesAsked();
    for (let event = 0; event < 300; event += 1) {
      repair.vehicleSeen();
      await bench.pass(200);
    }
    expect(bench.platesAsked() - before).toBeLessThanOrEqual(62);
    expect(bench.platesAsked() - before).toBeGreaterThan(40);
  });
});
