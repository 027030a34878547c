// The camera's clock is set while its stream is held, and our disk holds its stream up: what each read is dated by.
import { expect, test } from 'vitest';
import { isoInstant } from '../../shared/support/clock.ts';
import { Bridge, END, spoken } from './hold-stream.fixture.ts';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1_000;
const START = new Bridge().now;
type Said = Parameters<typeof spoken>[1];

const part = (xml: string) =>
  `--boundary\r\nContent-Type: application/xml\r\nContent-Length: ${xml.length}\r\n\r\n${xml}`;
const alert = (at: number, fields: string) =>
  part(`<EventNotificationAlert><dateTime>${isoInstant(at)}</dateTime>${fields}</EventNotificationAlert>\r\n`);
const beat = (at: number) => alert(at, '<eventType>videoloss</eventType><eventState>inactive</eventState>');
const read = (at: number, plate: string, more = '') =>
  alert(at, `<eventType>ANPR</eventType><ANPR><licensePlate>${plate}</licensePlate></ANPR>${more}`);

/** What is stored of it, once all of it is. */
async function heard(bridge: Bridge, reads: number, said: Said) {
  await bridge.hold(async () => spoken(bridge, said, END), { until: () => bridge.stored.length === reads });
  return bridge.stored.map(({ plate, at, timeFrom, late }) => ({
    plate,
    sinceMs: Date.parse(at) - START,
    timeFrom,
    late,
  }));
}

test('a truck right after the clock was set stands where it came, the next one where it passed, a replay where it was', async () => {
  const at = (seconds: number) => START + seconds * SECOND_MS;
  const rows = await heard(new Bridge(), 3, [
    { afterMs: 0, bytes: beat(at(0)) },
    { afterMs: 10_000, bytes: beat(at(10)) },
    { afterMs: 2_000, bytes: read(at(11) + HOUR_MS, '01AFTER1') },
    { afterMs: 0, bytes: read(at(-900), '01OLD001', '<isDataRetransmission>true</isDataRetransmission>') },
    { afterMs: 8_000, bytes: beat(at(20) + HOUR_MS) },
    { afterMs: 2_000, bytes: read(at(21) + HOUR_MS, '01AFTER2') },
  ]);
  expect(rows).toEqual([
    { plate: '01AFTER1', sinceMs: 12_000, timeFrom: 'arrival', late: false },
    { plate: '01OLD001', sinceMs: -900_000, timeFrom: 'camera', late: true },
    { plate: '01AFTER2', sinceMs: 21_000, timeFrom: 'corrected', late: false },
  ]);
});

test('what a camera kept for the stream it tells at once, unmarked: it stands where it passed, and opens nothing', async () => {
  const bridge = new Bridge();
  const at = (seconds: number) => START + seconds * SECOND_MS;
  const rows = await heard(bridge, 3, [
    { afterMs: 0, bytes: beat(at(0)) },
    { afterMs: 1_000, bytes: read(at(-600), '01KEPT01') },
    { afterMs: 1_000, bytes: read(at(2), '01NOW001') },
    ...Array.from({ length: 6 }, (_, n) => ({ afterMs: 10_000, bytes: beat(at(12 + n * 10)) })),
    // Minutes later nothing is kept any more: here the clock was set.
    { afterMs: 2_000, bytes: read(at(64) - HOUR_MS, '01SET001') },
  ]);
  expect(rows).toEqual([
    { plate: '01KEPT01', sinceMs: -600_000, timeFrom: 'camera', late: true },
    { plate: '01NOW001', sinceMs: 2_000, timeFrom: 'camera', late: false },
    { plate: '01SET001', sinceMs: 64_000, timeFrom: 'arrival', late: false },
  ]);
});

test('a truck whose event waited seven minutes for a full disk stands where it passed, and opens nothing', async () => {
  const bridge = new Bridge();
  bridge.diskRefuses = 7 * 60;
  const at = (seconds: number) => START + seconds * SECOND_MS;
  const rows = await heard(bridge, 2, [
    { afterMs: 0, bytes: beat(at(0)) },
    { afterMs: 1_000, bytes: read(at(1), '01FIRST1') },
    // The camera has gone on meanwhile; this is what its socket held.
    { afterMs: 0, bytes: beat(at(10)) },
    { afterMs: 0, bytes: read(at(12), '01WAIT01') },
  ]);
  expect(rows).toEqual([
    { plate: '01FIRST1', sinceMs: 1_000, timeFrom: 'camera', late: false },
    { plate: '01WAIT01', sinceMs: 12_000, timeFrom: 'camera', late: true },
  ]);
});
