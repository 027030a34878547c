import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { TableAway } from '../../shared/isapi/guard/table-away.ts';
import { Busy, Rejected } from '../../shared/support/errors.ts';
import { streamOf } from '../camera-state/report-of.ts';
import { BEAT, Bridge, contentType, END, fails, spoken, taken } from './hold-stream.fixture.ts';
import type { OpenStream } from './hold-stream.ts';
import { alertPart, jpeg, picturePart } from './stream.fixture.ts';

describe('a camera that cannot be held', () => {
  test('because it closes every stream after 40 s is heard nearly all the time, and called so', async () => {
    const bridge = new Bridge();
    const said = [1, 2, 3, 4].map(() => ({ afterMs: 10_000, bytes: BEAT }));
    const words: string[] = [];
    const wordsWhileOpen: string[] = [];
    const openStream: OpenStream = async () =>
      spoken(bridge, said, (body) => {
        wordsWhileOpen.push(bridge.state.status);
        body.end();
      });
    await bridge.hold(openStream, { until: () => words.push(bridge.state.status) === 20 });
    expect(words).toEqual(['closed', 'closed', ...Array(18).fill('closing')]);
    expect(wordsWhileOpen).toEqual([...Array(3).fill('connected'), ...Array(17).fill('closing')]);
    expect(new Set(bridge.waits)).toEqual(new Set([1_000]));
    expect(bridge.lines.filter(({ event }) => event === 'stream.closing')).toHaveLength(1);
  });

  test('because it closed three streams is connected again once one lives longer', async () => {
    const bridge = new Bridge();
    const words: string[] = [];
    const openStream: OpenStream = async () => {
      const afterMs = bridge.state.connects < 3 ? 40_000 : 121_000;
      const said = [0, afterMs].map((ms) => ({ afterMs: ms, bytes: BEAT }));
      return spoken(bridge, said, (body) => {
        words.push(bridge.state.status);
        body.end();
      });
    };
    await bridge.hold(openStream, { until: () => words.length === 4 });
    expect(words).toEqual(['connected', 'connected', 'connected', 'connected']);
    expect(bridge.lines.map(({ event }) => event)).toContain('stream.closing');
  });

  test('while its slot is held is asked every ten seconds, until it is free', async () => {
    const bridge = new Bridge();
    const cutAt = bridge.now;
    const words = new Set<string>();
    const openStream: OpenStream = async () => {
      if (bridge.now - cutAt < 120_000) throw taken;
      return spoken(bridge, [{ afterMs: 0, bytes: BEAT }], END);
    };
    await bridge.hold(openStream, { until: () => words.add(bridge.state.status) && bridge.state.connects > 0 });
    expect([...words]).toEqual(['slot_held', 'closed']);
    expect((bridge.state.lastByteAt ?? 0) - cutAt).toBeLessThan(130_000);
    expect(bridge.waits.slice(0, 5)).toEqual([1_000, 2_000, 5_000, 10_000, 10_000]);
  });

  test('because the guard cannot read its table is not asked, and the table every ten seconds', async () => {
    const bridge = new Bridge();
    const words = new Set<string>();
    const openStream = fails(
      new TableAway('its guard’s table does not answer (ECONNREFUSED)', { retryAfterSeconds: 2 }),
    );
    await bridge.hold(openStream, { until: () => words.add(bridge.state.status) && bridge.waits.length === 7 });
    expect([...words]).toEqual(['connecting']);
    expect(bridge.waits).toEqual([1_000, 2_000, 5_000, 10_000, 10_000, 10_000, 10_000]);
    expect(bridge.lines[0]).toMatchObject({
      event: 'stream.connecting',
      fields: { reason: expect.stringMatching(/table does not answer \(ECONNREFUSED\)$/) },
    });
  });

  test('because DNS is away is unreachable, and comes back by itself', async () => {
    const bridge = new Bridge();
    const cause = Object.assign(new Error('getaddrinfo EAI_AGAIN gate.example'), { code: 'EAI_AGAIN' });
    let isAway = true;
    const openStream: OpenStream = async () => {
      if (isAway) throw new Busy('camera_unreachable', `could not reach the camera: ${cause.message}`, { cause });
      return spoken(bridge, [{ afterMs: 0, bytes: BEAT }], END);
    };
    const seen: unknown[] = [];
    const until = () => {
      isAway = seen.push([bridge.state.status, bridge.state.reason]) < 5;
      return bridge.state.connects > 0;
    };
    await bridge.hold(openStream, { until });
    expect(seen[0]).toEqual(['unreachable', expect.stringMatching(/EAI_AGAIN gate\.example \(DNS does not know/)]);
    expect(bridge.lines.map(({ event }) => event)).toEqual([
      'stream.unreachable',
      'stream.connected',
      'stream.closed',
      'stream.stopped',
    ]);
  });

  test.each([
    ['locked', new Busy('camera_locked', 'its guard is shut')],
    ['refused', new Rejected('camera_refused', 'it says no')],
    ['unreachable', new Error('socket hang up')],
  ])('is called %s, with the reason, and that is said once', async (status, error) => {
    const bridge = new Bridge();
    const seen: unknown[] = [];
    await bridge.hold(fails(error), { until: () => seen.push([bridge.state.status, bridge.state.reason]) === 4 });
    expect(seen[0]).toEqual([status, error.message]);
    expect(bridge.lines.filter(({ event }) => event === `stream.${status}`)).toHaveLength(1);
  });
});

describe('a stream that is open', () => {
  test('is connected by its first byte, not by its head', async () => {
    const bridge = new Bridge();
    const seen: unknown[] = [];
    bridge.onConnected = () => seen.push([bridge.state.status, bridge.state.isHeard]);
    const openStream: OpenStream = async () => {
      return spoken(bridge, [{ afterMs: 10, bytes: BEAT }], (body) => {
        seen.push([bridge.state.status, bridge.state.isHeard]);
        body.end();
      });
    };
    await bridge.hold(openStream, { until: () => true });
    expect(seen).toEqual([
      ['connecting', false],
      ['connected', true],
    ]);
    expect(bridge.state.isHeard).toBe(false);
  });

  test('and says nothing stays silent through every attempt, said once', async () => {
    const bridge = new Bridge();
    bridge.deadAfterMs = 5;
    const words: string[] = [];
    const openStream: OpenStream = async () => {
      words.push(bridge.state.status);
      return { body: new PassThrough(), contentType };
    };
    await bridge.hold(openStream, { until: () => words.length === 4 });
    expect(words).toEqual(['connecting', 'silent', 'silent', 'silent']);
    expect(bridge.waits).toEqual([1_000, 2_000, 5_000, 10_000]);
    expect(bridge.lines.map(({ event }) => event)).toEqual(['stream.silent', 'stream.stopped']);
  });
});

test('a plate that a full disk refuses is tried until it is safe, and the stream waits', async () => {
  const bridge = new Bridge();
  bridge.diskRefuses = 3;
  const openStream: OpenStream = async () => {
    const body = new PassThrough();
    body.end(Buffer.concat([alertPart('01A123BC', 1), picturePart(jpeg(100))]));
    return { body, contentType };
  };
  const said: (string | null)[] = [];
  const until = () => {
    said.push(bridge.state.waitsForDisk, streamOf(bridge.state, bridge.now).reason);
    return bridge.stored.length > 0;
  };
  await bridge.hold(openStream, { until });
  expect(said.slice(0, 2)).toEqual([
    'the disk is full',
    'nothing is read: the bridge’s disk takes no read (the disk is full)',
  ]);
  expect(bridge.state.waitsForDisk).toBeNull();
  expect(bridge.stored.map(({ plate }) => plate)).toEqual(['01A123BC']);
  expect(bridge.waits.slice(0, 3)).toEqual([1_000, 1_000, 1_000]);
  expect(bridge.lines.filter(({ event }) => event === 'read.not_yet_safe')).toHaveLength(1);
  expect(bridge.lines.filter(({ event }) => event === 'pictures.lost')).toHaveLength(1);
});
