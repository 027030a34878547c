import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejected } from '../../support/errors.ts';
import { readCaptureTime } from './capture-time.ts';
import { comparePicNames, parsePicName, picNameAt, wallMsOf } from './pic-name.ts';
import { MAX_PLATES_BYTES, readPlates } from './read-plates.ts';

const HIKVISION = 'xmlns="http://www.hikvision.com/ver20/XMLSchema"';
const row = (inside: string) => `<Plate>${inside}</Plate>`;
const named = (name: string, more = '') => row(`<picName>${name}</picName>${more}`);
const answer = (rows: string, root = `Plates version="2.0" ${HIKVISION}`) =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\r\n<${root}>${rows}</${root.split(' ')[0]}>`);
const rowsOf = (xml: string | Buffer) => readPlates(Buffer.from(xml as string)).rows;

const WHOLE = row(
  '<captureTime>20200424T1616270000</captureTime><plateNumber>01 A 123 BC</plateNumber>' +
    '<picName>202004241616270000</picName><country>UZB</country><laneNo>1</laneNo>' +
    '<direction>forward</direction><matchingResult>otherlist</matchingResult>',
);

describe('the answer to the plates query', () => {
  test('tells of each vehicle what the camera remembers', () => {
    expect(readPlates(answer(WHOLE))).toEqual({
      rows: [
        {
          picName: '202004241616270000',
          dateTime: '2020-04-24T16:16:27.000',
          plateAsRead: '01 A 123 BC',
          country: 'UZB',
          lane: '1',
          direction: 'forward',
          list: 'otherlist',
        },
      ],
      unreadable: 0,
    });
  });

  test.each([
    ['std-cgi', 'Plates xmlns="http://www.std-cgi.com/ver20/XMLSchema"'],
    ['none', 'Plates'],
    ['a prefix', `h:Plates xmlns:h="http://www.hikvision.com/ver20/XMLSchema"`],
  ])('may be in the namespace of %s', (_name, root) => {
    expect(rowsOf(answer(WHOLE, root))).toHaveLength(1);
  });

  test.each(['', '\r\n', '  \n'])('may be empty (%j)', (rows) => {
    expect(readPlates(answer(rows))).toEqual({ rows: [], unreadable: 0 });
  });

  test('as one empty element is no row', () => {
    expect(rowsOf(`<Plates ${HIKVISION}/>`)).toEqual([]);
  });

  test('of a real camera with one plate is one row', () => {
    const sample = readFileSync(new URL('../../../test/samples/plates_single_ver20.xml', import.meta.url));
    expect(readPlates(sample)).toMatchObject({
      rows: [{ dateTime: expect.stringMatching(/^20\d\d-/) }],
      unreadable: 0,
    });
  });

  test('keeps the camera’s order, which is none', () => {
    const names = ['202004241616280000', '202004241616270000', '202004241616290000'];
    expect(rowsOf(answer(names.map((name) => named(name)).join(''))).map(({ picName }) => picName)).toEqual(names);
  });

  test.each(['01234567', '1E5', '0012E3', '1e400', 'TRUE', 'R&amp;D', ''])('keeps the plate %s as text', (plate) => {
    const [read] = rowsOf(answer(named('202004241616270000', `<plateNumber>${plate}</plateNumber>`)));
    expect(read?.plateAsRead).toBe(plate.replace('&amp;', '&'));
  });

  test('keeps a name of 25 digits to the last one', () => {
    const [read] = rowsOf(answer(named('2020042416162700000000017')));
    expect(read?.picName).toBe('2020042416162700000000017');
  });

  test('has a row without plate, country, lane and direction', () => {
    const [read] = rowsOf(answer(named('202004241616270000', '<country>NON</country><direction>up</direction>')));
    expect(read).toMatchObject({
      plateAsRead: '',
      country: '',
      lane: '',
      direction: 'unknown',
      list: '',
      dateTime: null,
    });
  });

  test('names a row that has only its time', () => {
    const rows = rowsOf(
      answer(
        row('<captureTime>20200424T161627+0400</captureTime>') + row('<captureTime>20200424161627123</captureTime>'),
      ),
    );
    expect(rows.map(({ picName }) => picName)).toEqual(['20200424161627000', '20200424161627123']);
  });

  test('loses only the row of which nothing can be made', () => {
    const bad = [
      row(''),
      '<Plate/>',
      '<Plate>text</Plate>',
      named('99999999999999'),
      named('12'),
      row('<picName><x/></picName>'),
    ];
    expect(readPlates(answer(bad.join('') + WHOLE))).toMatchObject({ rows: [{ lane: '1' }], unreadable: bad.length });
  });

  test.each([
    ['a DOCTYPE', Buffer.from(`<!DOCTYPE Plates [<!ENTITY a "aaaa">]><Plates>${WHOLE}</Plates>`)],
    ['another document', Buffer.from('<Time/>')],
    ['cut short', answer(WHOLE).subarray(0, -20)],
    ['no XML', Buffer.from('plates')],
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('<Plates>none</Plates>')],
    ['too large', Buffer.alloc(MAX_PLATES_BYTES + 1, ' ')],
    ['too deep', answer('<a>'.repeat(100) + '</a>'.repeat(100))],
  ])('that is %s is refused', (_name, bytes) => {
    expect(() => readPlates(bytes)).toThrow(expect.objectContaining({ code: 'camera_refused' }));
  });

  test('may hold thousands of rows', () => {
    const rows = Array.from({ length: 4_000 }, (_, n) =>
      WHOLE.replace('0000</picName>', `${String(n).padStart(4, '0')}</picName>`),
    );
    expect(rowsOf(answer(rows.join('')))).toHaveLength(4_000);
  });

  test('of any bytes is rows or one clear refusal', () => {
    const soup = fc
      .array(
        fc.constantFrom(
          '<Plates>',
          '</Plates>',
          '<Plate>',
          '</Plate>',
          '<picName>',
          '</picName>',
          '20200424161627',
          '&',
          '<!--',
          ']]>',
          '{"Plates":',
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), soup, fc.json()), (text) => {
        try {
          for (const { picName } of rowsOf(text)) expect(parsePicName(picName)).toBe(picName);
        } catch (error) {
          expect(error).toBeInstanceOf(Rejected);
        }
      }),
    );
  });

  test('with any text in its fields is rows whose names are moments', () => {
    const text = fc.string().map((s) => s.replace(/[<&>\p{Cc}]/gu, ''));
    fc.assert(
      fc.property(text, text, text, (name, time, plate) => {
        const inside = `<picName>${name}</picName><captureTime>${time}</captureTime><plateNumber>${plate}</plateNumber>`;
        const { rows, unreadable } = readPlates(answer(row(inside)));
        expect(rows.length + unreadable).toBe(1);
      }),
    );
  });
});

describe('captureTime', () => {
  test.each([
    ['20200424T1616270000', '2020-04-24T16:16:27.000'],
    ['20200424T161627', '2020-04-24T16:16:27'],
    ['20200424T094130+0400', '2020-04-24T09:41:30+0400'],
    ['20250415T000000-500', '2025-04-15T00:00:00-500'],
    ['20200424T161627Z', '2020-04-24T16:16:27Z'],
    ['20200424161627123', '2020-04-24T16:16:27.123'],
    ['2020-04-24T16:16:27+05:00', '2020-04-24T16:16:27+05:00'],
    ['20201340T161627', null],
    ['20200424T256161', null],
    ['yesterday', null],
    ['', null],
  ])('%s is %s', (text, dateTime) => {
    expect(readCaptureTime(text)).toBe(dateTime);
  });

  test('of any text is a time or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\dTZ+-]{0,30}$/)), (text) => void readCaptureTime(text)),
    );
  });
});

describe('the order of names', () => {
  const moments = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2099, 0) });
  const tails = fc.stringMatching(/^\d{0,11}$/);

  test('is that of time, whatever their lengths', () => {
    fc.assert(
      fc.property(moments, moments, tails, tails, (a, b, tailA, tailB) => {
        const [left, right] = [a, b].map((at) => Math.floor(at / 1000) * 1000);
        const name = (at: number, tail: string) => parsePicName(picNameAt(at).slice(0, 14) + tail);
        const [first, second] = [name(left ?? 0, tailA), name(right ?? 0, tailB)];
        if (first === null || second === null) throw new Error('a moment of the calendar has a name');
        if (left !== right)
          expect(Math.sign(comparePicNames(first, second))).toBe(Math.sign((left ?? 0) - (right ?? 0)));
        expect(Math.sign(comparePicNames(first, second)) + Math.sign(comparePicNames(second, first))).toBe(0);
        expect(wallMsOf(first)).toBe(left);
      }),
    );
  });

  test('within a second goes by the rest, as if zeros followed', () => {
    const names = ['20200424161627', '202004241616270001', '2020042416162700010000001', '20200424161627001'];
    const parsed = names.flatMap((name) => parsePicName(name) ?? []);
    expect(parsed.toSorted(comparePicNames)).toEqual(names);
  });

  test.each([
    '',
    '2020042416162',
    '20200230000000',
    '20200424161627a',
    `20200424161627${'0'.repeat(19)}`,
    ' 20200424161627',
  ])('%j is no name', (text) => {
    expect(parsePicName(text)).toBeNull();
  });
});
