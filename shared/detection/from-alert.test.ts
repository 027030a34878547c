import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Alert, readAlert } from '../isapi/alert/alert.ts';
import { readCameraTime, timingOf } from './camera-time.ts';
import { CameraIdSchema, DetectionSchema, type Source } from './detection.ts';
import { detectionFromAlert } from './from-alert.ts';
import { normalisePlate } from './plate.ts';

const GATE = CameraIdSchema.parse('gate');
const RECEIVED = Date.UTC(2026, 10, 22, 5, 0, 1);

function detect(
  xml: string | Buffer,
  over: { source?: Source; timeZone?: string; clockOffsetMs?: number; receivedAt?: number } = {},
) {
  const bytes = Buffer.from(xml as string);
  const alert: Alert = readAlert(bytes);
  if (alert.kind !== 'plate') throw new Error('no plate in the test event');
  const arrival = {
    camera: GATE,
    source: 'stream' as const,
    receivedAt: RECEIVED,
    timeZone: undefined,
    clockOffsetMs: null,
    bytes,
  };
  const detection = detectionFromAlert(alert, { ...arrival, ...over });
  return DetectionSchema.parse(detection);
}
const read = (plate: string, dateTime = '2026-11-22T10:00:00+05:00', more = '', beside = '') =>
  `<EventNotificationAlert><dateTime>${dateTime}</dateTime><eventType>ANPR</eventType>` +
  `<ANPR><licensePlate>${plate}</licensePlate>${more}</ANPR>${beside}</EventNotificationAlert>`;

describe('one read has one id', () => {
  test('by stream and by webhook, whatever the milliseconds or the spelling of its plate', () => {
    const stream = detect(read('01 A 123-BC'));
    const webhook = detect(read('01a123bc', '2026-11-22T10:00:00.847+05:00'), {
      source: 'webhook',
      receivedAt: RECEIVED + 900,
    });
    expect(webhook.id).toBe(stream.id);
    expect(stream.id).toMatch(/^[a-z2-7]{26}$/);
  });

  test('a second later, another plate or another camera is another read: a second visit is never swallowed', () => {
    const ids = [read('01A123BC'), read('01A123BD'), read('01A123BC', '2026-11-22T10:00:01+05:00')].map(
      (x) => detect(x).id,
    );
    expect(new Set(ids).size).toBe(3);
  });

  test('two unread vehicles of one second are told apart by lane and by UUID', () => {
    const uuid = (id: string) => `<UUID>${id}</UUID>`;
    const ids = [
      read('unknown', undefined, '<line>1</line>', uuid('11111111-aaaa')),
      read('unknown', undefined, '<line>2</line>', uuid('11111111-aaaa')),
      read('unknown', undefined, '<line>1</line>', uuid('22222222-bbbb')),
    ].map((xml) => detect(xml));
    expect(new Set(ids.map((d) => d.id)).size).toBe(3);
    expect(ids.map((d) => d.plate)).toEqual([null, null, null]);
  });

  test('without a usable time the event itself is the id, so a repeat is still one read', () => {
    expect(detect(read('A1', 'yesterday')).id).toBe(detect(read('A1', 'yesterday')).id);
    expect(detect(read('A1', 'yesterday')).id).not.toBe(detect(read('A2', 'yesterday')).id);
  });
});

describe('plates are text', () => {
  test.each([
    ['01234567', '01234567'],
    ['1E5', '1E5'],
    ['0012E3', '0012E3'],
    [' 01 a 123-bc ', '01A123BC'],
    ['ＡＢ１２', 'AB12'],
    ['京A·12345', '京A12345'],
    ['unknown', null],
    ['NoPlate', null],
    ['', null],
    ['---', null],
  ])('%j becomes %j', (asRead, plate) => {
    expect(normalisePlate(asRead)).toBe(plate);
  });

  test('normalising twice changes nothing, whatever was read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (asRead) => {
        const once = normalisePlate(asRead);
        if (once === null) return;
        expect(normalisePlate(once)).toBe(once);
        expect(once).toMatch(/^[\p{L}\p{M}\p{N}]{1,32}$/u);
      }),
      { examples: [['\u1fd2']] },
    );
  });
});

describe('camera time', () => {
  test.each([
    ['2021-06-10T14:03:22+02:00', '2021-06-10T12:03:22.000Z'],
    ['2021-06-10T14:03:22.847+07:00', '2021-06-10T07:03:22.847Z'],
    ['2021-06-10T14:03:22Z', '2021-06-10T14:03:22.000Z'],
    ['2021-06-10T14:03:22+8:00', '2021-06-10T06:03:22.000Z'],
    ['2021-06-10T14:03:31 00:00', '2021-06-10T14:03:31.000Z'],
    ['2021-06-10T14:03:22-0330', '2021-06-10T17:33:22.000Z'],
  ])('%s is %s', (dateTime, instant) => {
    expect(new Date(readCameraTime(dateTime, undefined).instant ?? Number.NaN).toISOString()).toBe(instant);
  });

  test('without an offset the configured zone decides, summer time included', () => {
    expect(new Date(readCameraTime('2026-07-01T12:00:00', 'Europe/Berlin').instant ?? 0).toISOString()).toBe(
      '2026-07-01T10:00:00.000Z',
    );
    expect(new Date(readCameraTime('2026-11-22T10:00:00', 'Asia/Tashkent').instant ?? 0).toISOString()).toBe(
      '2026-11-22T05:00:00.000Z',
    );
    expect(readCameraTime('2026-11-22T10:00:00', undefined)).toEqual({
      wallClock: '2026-11-22T10:00:00',
      instant: null,
    });
  });

  test.each(['', 'yesterday', '2026-02-30T10:00:00Z', '2026-11-22T25:00:00Z', '2026-11-22', '0000-00-00T00:00:00'])(
    'malformed %j: our arrival time stands in, and the row says so',
    (dateTime) => {
      const detection = detect(read('A1', dateTime));
      expect(detection).toMatchObject({
        capturedAt: detection.receivedAt,
        at: detection.receivedAt,
        timeFrom: 'arrival',
      });
    },
  );

  test('a clock that stands in 2034 keeps its word, and the row is ordered by the corrected time', () => {
    const eightYears = Date.UTC(2034, 10, 22, 5, 0, 0) - Date.UTC(2026, 10, 22, 5, 0, 0);
    const detection = detect(read('A1', '2034-11-22T10:00:00+05:00'), { clockOffsetMs: eightYears });
    expect(detection).toMatchObject({
      capturedAt: '2034-11-22T05:00:00.000Z',
      at: '2026-11-22T05:00:00.000Z',
      timeFrom: 'corrected',
    });
  });

  test('an offset below five minutes changes nothing', () => {
    expect(timingOf(RECEIVED, RECEIVED, 299_000).timeFrom).toBe('camera');
    expect(timingOf(RECEIVED - 301_000, RECEIVED, -301_000).timeFrom).toBe('corrected');
  });

  test('any text is a time or none, and always within the years a row can hold', () => {
    const digits = fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d?:\d\d)?$/);
    fc.assert(
      fc.property(fc.oneof(digits, fc.string()), (text) => {
        const { instant } = readCameraTime(text, 'Asia/Tashkent');
        if (instant !== null) expect(new Date(instant).toISOString()).toMatch(/^[12]\d{3}-/);
      }),
    );
  });
});

test('every plate sample becomes a Detection that the queue accepts', () => {
  const sample = (name: string) => readFileSync(new URL(`../../test/samples/${name}`, import.meta.url));
  expect(detect(sample('anpr_alert_ids7series_pretty.xml'))).toMatchObject({
    plate: 'TEST600',
    capturedAt: '2024-01-19T03:17:19.000Z',
    cameraTime: '2024-01-19T11:17:19+08:00',
    direction: 'reverse',
    confidence: 97,
    lane: '2',
    list: 'otherList',
  });
  expect(detect(sample('anpr_alert_old_fw_no_vehicleinfo.xml'))).toMatchObject({
    plate: 'EL123AB',
    capturedAt: '2020-03-10T08:12:00.000Z',
  });
});
