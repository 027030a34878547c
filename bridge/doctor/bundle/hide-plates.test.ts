import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plateHider } from './hide-plates.ts';

const HIDDEN = '***';
/** Far above what a loaded machine takes, far below what backtracking does. */
const LONG_MS = 10_000;
const hider = (plates: string[] = [], ids: string[] = []) => plateHider({ plates, ids, instead: HIDDEN });
const bare = (text: string) => text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');

/** `L` a letter, `9` a digit: plates of two dozen countries, their parts set apart. */
const SHAPES = [
  'LL 999 LL',
  '99 L 999 LL',
  '99 999 LLL',
  'LLL 9999',
  'LL99 LLL',
  'L 999 LL 99',
  '99 LLL 99',
  'L LL 9999',
  'LLL LL 99',
  '999 LL 99',
  '99L 999 99',
  'LL 9999 LL',
];
/** None that make a short word of every log: such parts are left alone, unless the plate is known. */
const LETTERS = ['ABEHKXYZ', 'cgkxyz', 'АВЕКМНОРСТУХ'];
const MARKS = ['', ' ', '-', '.', '·', '\u00a0', ' - ', '_', '+', '%20', '/', ', ', ':', '|', '\u200b', '&nbsp;'];

const plate = fc
  .record({
    shape: fc.constantFrom(...SHAPES),
    letters: fc.constantFrom(...LETTERS),
    places: fc.array(fc.nat(1_000), { minLength: 12, maxLength: 12 }),
    marks: fc.array(fc.constantFrom(...MARKS), { minLength: 3, maxLength: 3 }),
  })
  .map(({ shape, letters, places, marks }) => {
    let at = 0;
    const pick = (from: string) => from[(places[at++] ?? 0) % from.length] ?? '';
    let mark = 0;
    return shape.replace(/[L9]| (?=(L?))/g, (sign, letter: string | undefined, offset: number) => {
      if (sign !== ' ') return pick(sign === 'L' ? letters : '0123456789');
      // Letters run into letters make a word of small ones.
      const isWithin = letter !== '' && shape[offset - 1] === 'L';
      const set = marks[mark++] ?? '';
      return isWithin && /^\u200b?$/.test(set) ? ' ' : set;
    });
  });

const said = fc.constantFrom(
  '',
  ' ',
  'read ',
  'the truck (',
  'in ',
  'saw it at 12 s: ',
  'plate=',
  '"',
  'lane 2, ',
  '/x/',
);
const after = fc.constantFrom('', '.', ' passed', ') left', '.jpg', ' at 5', '"', ', 3 of 4', '/y');

describe('a plate in anybody’s words', () => {
  test('goes, however it is spaced and whatever stands beside it', () => {
    fc.assert(
      fc.property(said, plate, after, (before, text, behind) => {
        const left = hider().any(`${before}${text}${behind}`);
        expect(bare(left)).not.toContain(bare(text));
        expect(left).toContain(HIDDEN);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    'AB(778)CD',
    'AB%20778%20CD',
    'AB%2520778%2520CD',
    'A\u200bB\u200b7\u200b7\u200b8\u200bC\u200bD',
    'А&#1042;778&#1045;К',
    '%D0%90%D0%92778%d0%95',
    '\\u0410\\u0412778\\u0415',
  ])('goes as %s', (text) => {
    expect(hider().any(`read ${text}; now`)).toBe(`read ${HIDDEN}; now`);
  });

  test('that was seen goes in every form, of letters alone too, and from our own words', () => {
    const seen = fc.stringMatching(/^[A-Z]{4,8}[0-9]{1,4}$/);
    const marks = fc.array(fc.constantFrom(...MARKS), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(seen, marks, fc.boolean(), (text, set, isSmall) => {
        // Set apart in up to four parts, wherever.
        const places = [2, 4, 6];
        const spaced = [...text].map((sign, at) => (places.includes(at) ? `${set[at]}${sign}` : sign)).join('');
        const line = `it says ${isSmall ? spaced.toLowerCase() : spaced}: so`;
        expect(hider([text]).known(line)).toBe(`it says ${HIDDEN}: so`);
      }),
    );
    // With what would be a version by itself.
    expect(hider(['AAAAV00']).known('it says AAAA:V0.0: so')).toBe(`it says ${HIDDEN}: so`);
    expect(hider(['50R303TO']).known('plate50R303TO and 50R303TO50R303TO')).toBe(`${HIDDEN} and ${HIDDEN}`);
    expect(hider(['GO FAST']).any('and go-fast went')).toBe(`and ${HIDDEN} went`);
    expect(hider(['LOGIN']).known('login')).toBe('login');
  });

  test('is looked for in whatever it is, soon, and nothing but what is hidden changes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (any) => {
        // A star beside what is hidden could be told from it by nobody.
        const text = any.replaceAll('*', 'x');
        const pieces = hider().any(text).split(HIDDEN);
        let at = 0;
        for (const piece of pieces) {
          at = text.indexOf(piece, at);
          expect(at).toBeGreaterThanOrEqual(0);
          at += piece.length;
        }
      }),
    );
    const begunAt = performance.now();
    for (const one of ['a1 ', 'a-', '1.', 'A']) hider(['AB123CD']).any(one.repeat(8_192 / one.length));
    expect(performance.now() - begunAt).toBeLessThan(LONG_MS);
  });
});

describe('what is no plate', () => {
  test('a time stays, in the form of whichever log it is', () => {
    const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2039-12-31'), noInvalidDate: true });
    const two = (n: number) => String(n).padStart(2, '0');
    const forms = (at: Date): string[] => {
      const iso = at.toISOString();
      const [, day = '', month = '', year = '', time = ''] =
        /^\w+, (\d\d) (\w+) (\d+) (\S+)/.exec(at.toUTCString()) ?? [];
      return [
        iso,
        iso.replace(/\.\d+Z/, '+05:00'),
        iso.replace('T', ' ').replace(/\.\d+Z/, ''),
        iso.slice(0, 10),
        `${year}/${two(at.getUTCMonth() + 1)}/${day} ${time}`,
        `${month} ${day.replace(/^0/, ' ')} ${time}`,
        at.toUTCString(),
        `[${day}/${month}/${year}:${time} +0000]`,
        time,
      ];
    };
    fc.assert(
      fc.property(instant, fc.nat(8), (at, which) => {
        const line = `${forms(at)[which]} the guard is open`;
        expect(hider().any(line)).toBe(line);
      }),
    );
  });

  test('an address stays where it is asked for', () => {
    const line = 'from [2001:db8::7]:443, fe80::1 and 44:19:b6:00:00:01';
    expect(plateHider({ plates: [], ids: [], instead: HIDDEN, keepsAddresses: true }).any(line)).toBe(line);
  });

  test('an id of a detection, a camera or its stream stays', () => {
    const detection = fc.stringMatching(/^[a-z2-7]{26}$/);
    fc.assert(
      fc.property(detection, fc.constantFrom('bay-12-in', 'a1-b22', 'gate'), (id, camera) => {
        const line = `stored ${id} of ${camera}, stream ${camera}-sub`;
        expect(hider([], ['bay-12-in', 'a1-b22', 'gate']).any(line)).toBe(line);
      }),
    );
  });

  test.each([
    'no answer in 5000 ms, tried 3 of 10 rows',
    'HTTP/1.1 200 OK',
    'GET 404 in 12 ms',
    'port 8189 is open for TCP and UDP',
    'model DS-2CD4A26FWD-IZS/P, firmware V5.4.7 and MediaMTX v1.16.1, node v24.21.0',
    'pid 16059 has left after 10 s',
    'H264, 30 fps at 4096 kbps',
    'to 4431 ms',
    'tried 3, 4 of 10: GET /api/gate/cameras, 12 ms',
    'from 10.0.0.1:8080, 100% of 5',
  ])('%s', (line) => {
    expect(hider().any(line)).toBe(line);
  });
});
