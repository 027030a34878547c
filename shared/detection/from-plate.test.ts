import { describe, expect, test } from 'vitest';
import { readAlert } from '../isapi/alert/alert.ts';
import { readPlates } from '../isapi/plates/read-plates.ts';
import { CameraIdSchema, DetectionSchema } from './detection.ts';
import { detectionFromAlert } from './from-alert.ts';
import { detectionFromPlate, type Recovered } from './from-plate.ts';
import { isTwin } from './twin.ts';

const GATE = CameraIdSchema.parse('gate');
const RECEIVED = Date.UTC(2026, 10, 22, 5, 30);
const ARRIVAL: Recovered = { camera: GATE, receivedAt: RECEIVED, timeZone: '+05:00', clockOffsetMs: null };

function remembered(inside: string, over: Partial<Recovered> = {}) {
  const [row] = readPlates(Buffer.from(`<Plates><Plate>${inside}</Plate></Plates>`)).rows;
  if (row === undefined) throw new Error('no row in the test answer');
  return DetectionSchema.parse(detectionFromPlate(row, { ...ARRIVAL, ...over }));
}
const row = (plate: string, name = '202611221000004711', more = '') =>
  remembered(`<picName>${name}</picName><plateNumber>${plate}</plateNumber>${more}`);

function told(plate: string, inside = '', beside = '') {
  const bytes = Buffer.from(
    `<EventNotificationAlert><dateTime>2026-11-22T10:00:00+05:00</dateTime><eventType>ANPR</eventType>` +
      `<ANPR><licensePlate>${plate}</licensePlate>${inside}</ANPR>${beside}</EventNotificationAlert>`,
  );
  const alert = readAlert(bytes);
  if (alert.kind !== 'plate') throw new Error('no plate in the test event');
  return detectionFromAlert(alert, { ...ARRIVAL, source: 'stream', comes: 'at_once', bytes });
}

describe('a row of the camera’s memory', () => {
  test('has the id that the stream gave the same second and plate, however it is written', () => {
    const { id } = told('01 A 123-BC');
    for (const time of ['20261122T1000000000', '20261122T100000+0500', '20261122100000000', '']) {
      const more = time && `<captureTime>${time}</captureTime>`;
      expect(row('01a123bc', undefined, more).id).toBe(id);
    }
    expect(row('01A123BC', '2026112210000047110000001').id).toBe(id);
    expect(row('01A123BC', '202611221000010000').id).not.toBe(id);
  });

  test('keeps its id when the camera’s zone is changed, and its time is written anew', () => {
    const { id } = told('01A123BC');
    expect(row('01A123BC', undefined, '<captureTime>20261122T080000+0300</captureTime>').id).toBe(id);
  });

  test('is late, from the memory, at the camera’s own time, and says what it knows', () => {
    const more =
      '<country>UZB</country><laneNo>2</laneNo><direction>reverse</direction><matchingResult>whitelist</matchingResult>';
    expect(row('01A123BC', undefined, more)).toMatchObject({
      late: true,
      sources: ['history'],
      capturedAt: '2026-11-22T05:00:00.000Z',
      at: '2026-11-22T05:00:00.000Z',
      timeFrom: 'camera',
      cameraTime: '2026-11-22T10:00:00',
      receivedAt: '2026-11-22T05:30:00.000Z',
      confidence: null,
      country: 'UZB',
      lane: '2',
      direction: 'reverse',
      list: 'whitelist',
    });
  });

  test('is ordered by the corrected instant where the camera’s clock is an hour off', () => {
    const read = remembered('<picName>202611221000004711</picName><plateNumber>01A123BC</plateNumber>', {
      clockOffsetMs: 3_600_000,
    });
    expect(read).toMatchObject({ timeFrom: 'corrected', at: '2026-11-22T04:00:00.000Z' });
  });

  test.each(['unknown', 'noPlate', ''])('that was not read (%s) has no plate, and an id by lane and name', (plate) => {
    const [first, second] = [row(plate), row(plate, '202611221000004712')];
    expect(first.plate).toBeNull();
    expect(first.id).not.toBe(second.id);
    expect(row(plate).id).toBe(first.id);
  });
});

describe('what the camera sends again of itself', () => {
  test.each([
    ['from its history', '<alarmDataType>1</alarmDataType>', ''],
    ['after an outage', '', '<isDataRetransmission>true</isDataRetransmission>'],
  ])('%s is late, with the id that it had live', (_name, inside, beside) => {
    expect(told('01A123BC', inside, beside)).toMatchObject({
      late: true,
      id: told('01A123BC').id,
      sources: ['stream'],
    });
    expect(told('01A123BC').late).toBe(false);
  });
});

describe('a row of the memory and a read', () => {
  const at = (seconds: number, plate = '01A123BC', lane = '') => {
    const name = `2026112210${String(Math.floor(seconds / 60)).padStart(2, '0')}${String(seconds % 60).padStart(2, '0')}0000`;
    return row(plate, name, lane && `<laneNo>${lane}</laneNo>`);
  };

  test.each([
    [0, true],
    [5, true],
    [6, false],
  ])('of one plate, %i s apart: the same vehicle is %s', (seconds, same) => {
    expect(isTwin(at(0), at(seconds))).toBe(same);
    expect(isTwin(at(seconds), at(0))).toBe(same);
  });

  test('of two plates are two vehicles', () => {
    expect(isTwin(at(0), at(0, '01A123BD'))).toBe(false);
    expect(isTwin(at(0), at(0, 'unknown'))).toBe(false);
  });

  test('of no plate are the same vehicle within two seconds and of one lane, where both name one', () => {
    expect(isTwin(at(0, 'unknown', '1'), at(2, 'noPlate', '1'))).toBe(true);
    expect(isTwin(at(0, 'unknown', '1'), at(3, 'unknown', '1'))).toBe(false);
    expect(isTwin(at(0, 'unknown', '1'), at(1, 'unknown', '2'))).toBe(false);
    expect(isTwin(at(0, 'unknown', '1'), at(1, 'unknown'))).toBe(true);
  });
});
