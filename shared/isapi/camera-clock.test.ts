import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCameraClock } from './camera-clock.ts';
import { isoOffset, utcOffsetMinutes } from './posix-zone.ts';

const time = (localTime: string, timeZone: string) =>
  Buffer.from(
    `<Time version="2.0"><timeMode>NTP</timeMode><localTime>${localTime}</localTime><timeZone>${timeZone}</timeZone></Time>`,
  );
const wall = (text: string) => Date.parse(`${text}Z`);

describe("the camera's clock", () => {
  it.each([
    ['its own offset', '2026-11-22T15:00:00+05:00', 'CST-8:00:00', '2026-11-22T10:00:00Z'],
    ['its own offset without colon', '2026-11-22T15:00:00+0500', '', '2026-11-22T10:00:00Z'],
    ['Z', '2026-11-22T10:00:00Z', 'CST-5:00:00', '2026-11-22T10:00:00Z'],
    ['the inverted zone', '2026-11-22T15:00:00', 'CST-5:00:00', '2026-11-22T10:00:00Z'],
    ['a zone west of Greenwich', '2026-11-22T05:00:00', 'CST5:00:00', '2026-11-22T10:00:00Z'],
    [
      'half an hour of summer',
      '2026-07-01T10:30:00',
      'CST-8:00:00DST00:30:00,M4.1.0/02:00:00,M10.5.0/02:00:00',
      '2026-07-01T02:00:00Z',
    ],
    [
      'winter in the same zone',
      '2026-12-01T10:00:00',
      'CST-8:00:00DST00:30:00,M4.1.0/02:00:00,M10.5.0/02:00:00',
      '2026-12-01T02:00:00Z',
    ],
  ])('is read by %s', (_, localTime, zone, instant) => {
    expect(readCameraClock(time(localTime, zone))).toMatchObject({ mode: 'NTP', now: Date.parse(instant) });
  });

  it.each(['', '2026-13-40T25:00:00', 'yesterday', '2026-11-22 10:00:00'])('"%s" is no time', (localTime) => {
    expect(readCameraClock(time(localTime, 'CST-5:00:00')).now).toBeNull();
  });

  it('without offset and with an unknown zone gives no instant', () => {
    expect(readCameraClock(time('2026-11-22T10:00:00', 'Tashkent'))).toMatchObject({
      now: null,
      utcOffsetMinutes: null,
    });
  });
});

describe('a POSIX zone', () => {
  const south = 'AEST-10:00:00DST01:00:00,M10.1.0/02:00:00,M4.1.0/03:00:00';

  it('has its summer over the new year in the south', () => {
    const months = ['01', '07', '12'].map((month) => utcOffsetMinutes(south, wall(`2026-${month}-15T12:00:00`)));
    expect(months).toEqual([660, 600, 660]);
  });

  it('changes in the hour of its rule', () => {
    const berlin = 'CET-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00';
    expect(utcOffsetMinutes(berlin, wall('2026-03-29T01:59:59'))).toBe(60);
    expect(utcOffsetMinutes(berlin, wall('2026-03-29T03:00:00'))).toBe(120);
    expect(utcOffsetMinutes(berlin, wall('2026-10-25T03:00:00'))).toBe(60);
  });

  it('of any text is a number of minutes or nothing', () => {
    const soup = fc
      .array(fc.constantFrom('CST', '-8', ':00', ',M4.1.0', '/02', 'DST', '0', ','))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), soup), fc.date({ noInvalidDate: true }), (zone, at) => {
        const offset = utcOffsetMinutes(zone, at.getTime());
        expect(offset === null || Number.isFinite(offset)).toBe(true);
      }),
    );
  });
});

it.each([
  [0, '+00:00'],
  [300, '+05:00'],
  [345, '+05:45'],
  [-30, '-00:30'],
  [-570, '-09:30'],
])('an offset of %i minutes is written %s', (minutes, written) => {
  expect(isoOffset(minutes)).toBe(written);
});
