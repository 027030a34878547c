import { describe, expect, test } from 'vitest';
import { readAlert } from '../isapi/alert/alert.ts';
import type { Comes } from './camera-time.ts';
import { CameraIdSchema } from './detection.ts';
import { detectionFromAlert } from './from-alert.ts';

const CAPTURED = Date.parse('2026-11-22T05:00:00Z');
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PUSH = { source: 'webhook', comes: 'later' } as const;
const STREAM = { source: 'stream', comes: 'at_once' } as const;
const NEW_STREAM = { source: 'stream', comes: 'late_perhaps' } as const;

type Road = { source: 'webhook' | 'stream'; comes: Comes };

/** `measuredMs`: as far ahead as it is, unless given; null where nobody has measured it. */
type Clock = { offsetMs?: number; measuredMs?: number | null; marks?: string };

/** An event without any mark of a replay, of a camera whose clock is `offsetMs` ahead of ours. */
function isLate(road: Road, afterMs: number, { offsetMs = 0, measuredMs, marks = '' }: Clock = {}): boolean {
  const dateTime = new Date(CAPTURED + offsetMs).toISOString();
  const bytes = Buffer.from(
    `<EventNotificationAlert><dateTime>${dateTime}</dateTime><eventType>ANPR</eventType>` +
      `<ANPR><licensePlate>01A123BC</licensePlate></ANPR>${marks}</EventNotificationAlert>`,
  );
  const alert = readAlert(bytes);
  if (alert.kind !== 'plate') throw new Error('no plate in the test event');
  const clockOffsetMs = measuredMs === undefined ? offsetMs : measuredMs;
  const arrival = { camera: CameraIdSchema.parse('gate'), timeZone: undefined, clockOffsetMs, bytes, ...road };
  return detectionFromAlert(alert, { ...arrival, receivedAt: CAPTURED + afterMs }).late;
}

describe('a push', () => {
  test('of a camera whose clock was put right since it was measured is as late as it came', () => {
    for (const measuredMs of [-60 * MINUTE_MS, 60 * MINUTE_MS]) expect(isLate(PUSH, 800, { measuredMs })).toBe(false);
  });

  test.each([
    ['at once', 1_000, false],
    ['within two minutes', 120_000, false],
    ['after two minutes', 120_001, true],
    ['after two months in the camera', 60 * DAY_MS, true],
  ])('that comes %s is late: %o', (_, afterMs, late) => {
    expect(isLate(PUSH, afterMs)).toBe(late);
    expect(isLate(PUSH, afterMs, { measuredMs: null })).toBe(late);
  });

  test.each([-DAY_MS, -3 * MINUTE_MS, 3 * MINUTE_MS, DAY_MS])(
    'is judged by the right time where the camera’s clock is known to be %i ms off',
    (offsetMs) => {
      expect(isLate(PUSH, 1_000, { offsetMs })).toBe(false);
      expect(isLate(PUSH, 3 * MINUTE_MS, { offsetMs })).toBe(true);
    },
  );

  test('of a clock that nobody measured is judged by that clock, unless that stands in another year', () => {
    expect(isLate(PUSH, 1_000, { offsetMs: -3 * MINUTE_MS, measuredMs: null })).toBe(true);
    expect(isLate(PUSH, 1_000, { offsetMs: -9 * 365 * DAY_MS, measuredMs: null })).toBe(false);
  });

  test('that says itself that it is a replay is late however soon it comes', () => {
    expect(isLate(PUSH, 1_000, { marks: '<isDataRetransmission>true</isDataRetransmission>' })).toBe(true);
  });
});

describe('an event of a held stream', () => {
  test('is never late by a clock that nobody measured', () => {
    for (const offsetMs of [-DAY_MS, -3 * MINUTE_MS, 3 * MINUTE_MS]) {
      expect(isLate(STREAM, 1_000, { offsetMs, measuredMs: null })).toBe(false);
    }
  });

  test('is late where it waited minutes and the clock is known', () => {
    expect(isLate(STREAM, 1_000, { offsetMs: 2 * MINUTE_MS })).toBe(false);
    expect(isLate(STREAM, 3 * MINUTE_MS, { offsetMs: 2 * MINUTE_MS })).toBe(true);
  });

  test('is live where its time tells of a clock that was set since it was measured', () => {
    expect(isLate(STREAM, 60 * MINUTE_MS)).toBe(false);
  });

  test('that has just come up is the replay that it looks like, marked or not, but for a clock that lost its day', () => {
    for (const minutes of [3, 5.1, 10, 60, 600]) expect(isLate(NEW_STREAM, minutes * MINUTE_MS)).toBe(true);
    expect(isLate(NEW_STREAM, 90_000)).toBe(false);
    expect(isLate(NEW_STREAM, 2 * DAY_MS)).toBe(false);
    expect(isLate(NEW_STREAM, 10 * MINUTE_MS, { measuredMs: null })).toBe(false);
  });
});
