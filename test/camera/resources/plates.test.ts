import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type SimulatedCamera, startCamera } from '../camera.ts';
import { askLoggedIn } from '../camera-client.ts';
import { readPicTime } from './pic-time.ts';
import { type PlatesOptions, picName } from './plates.ts';

const TASHKENT = 300;
const NOON = Date.UTC(2026, 10, 22, 7);

let camera: SimulatedCamera;
const clock = {
  ms: NOON,
  now() {
    return this.ms;
  },
};
afterEach(() => camera.close());

/** Three vehicles, a minute apart from noon on the camera's wall. */
async function start(plates: Partial<PlatesOptions> = {}): Promise<void> {
  camera = await startCamera({ clock, heartbeatMs: false, pictures: { drawn: 'none' }, plates });
  for (const [minute, plate] of ['AAA1', 'unknown', 'CCC3'].entries()) {
    clock.ms = NOON + minute * 60_000;
    await camera.drive({ plate });
  }
}
async function platesAfter(picTime: string, method = 'POST') {
  const body = `<AfterTime version="2.0"><picTime>${picTime}</picTime></AfterTime>`;
  const reply = await askLoggedIn(camera, '/ISAPI/Traffic/channels/1/vehicledetect/plates/', { method, body });
  const xml = reply.body.toString();
  return { status: reply.status, xml, plates: [...xml.matchAll(/<plateNumber>([^<]*)</g)].map(([, plate]) => plate) };
}

describe('the plates query', () => {
  test.each([
    ['0', ['AAA1', 'unknown', 'CCC3']],
    ['20261122120000', ['unknown', 'CCC3']],
    ['20261122120059999', ['unknown', 'CCC3']],
    ['20261122T120101', ['CCC3']],
    ['20261122T080101+0100', ['CCC3']],
    ['20261122T020101-500', ['CCC3']],
    ['2026-11-22T07:01:01Z', ['CCC3']],
    ['2026-11-22T12:01:01+05:00', ['CCC3']],
    ['20261122120201', []],
  ])('answers what came after %s', async (picTime, plates) => {
    await start();
    expect((await platesAfter(picTime)).plates).toEqual(plates);
  });

  test('answers what came after the last name a client has seen, with GET too', async () => {
    await start();
    const first = camera.ledger[0]?.picName ?? '';
    expect((await platesAfter(first)).plates).toEqual(['unknown', 'CCC3']);
    expect((await platesAfter(first, 'GET')).plates).toEqual(['unknown', 'CCC3']);
  });

  test('a row says time, country, lane and direction', async () => {
    await start();
    const { xml } = await platesAfter('0');
    expect(xml).toContain(
      '<Plate>\r\n<captureTime>20261122T1200000000</captureTime>\r\n<plateNumber>AAA1</plateNumber>\r\n' +
        '<picName>202611221200000000</picName>\r\n<country>UZB</country>\r\n<laneNo>1</laneNo>\r\n' +
        '<direction>forward</direction>',
    );
  });

  test('one plate is one element', async () => {
    await start({ memory: 1 });
    expect((await platesAfter('0')).plates).toEqual(['CCC3']);
  });

  test('an unsorted camera appends an old plate that nobody asked for', async () => {
    await start({ unsorted: true });
    expect((await platesAfter('20261122120130')).plates).toEqual(['CCC3', 'AAA1']);
  });

  test('names may have 25 digits', async () => {
    await start({ picNameDigits: 25 });
    expect((await platesAfter('0')).xml).toContain('<picName>2026112212010000000000001</picName>');
    expect((await platesAfter('2026112212010000000000001')).plates).toEqual(['CCC3']);
  });

  test('an unread plate may be missing', async () => {
    await start({ unreadMissing: true });
    expect((await platesAfter('0')).xml.match(/<Plate>/g)).toHaveLength(3);
    expect((await platesAfter('0')).plates).toEqual(['AAA1', 'CCC3']);
  });

  test.each([
    ['offset', '20261122T120000+0500'],
    ['digits', '20261122120000000'],
  ] as const)('captureTime may be written with %s', async (captureTime, written) => {
    await start({ captureTime });
    expect((await platesAfter('0')).xml).toContain(`<captureTime>${written}</captureTime>`);
  });

  test('a camera without the query says so', async () => {
    await start({ supported: false });
    const { status, xml } = await platesAfter('0');
    expect([status, xml.includes('notSupport')]).toEqual([403, true]);
  });

  test('a time that is none is refused', async () => {
    await start();
    expect((await platesAfter('yesterday')).status).toBe(400);
  });

  test('more rows than fit come with the next query', async () => {
    await start({ rowsPerAnswer: 2 });
    expect((await platesAfter('0')).plates).toEqual(['AAA1', 'unknown']);
    expect((await platesAfter(camera.ledger[1]?.picName ?? '')).plates).toEqual(['CCC3']);
  });
});

describe('picTime', () => {
  test('any text is understood or refused', () => {
    fc.assert(fc.property(fc.string(), (text) => /^\d*$/.test(readPicTime(text, TASHKENT) ?? '')));
  });

  test('a name is understood as it is, and begins with the time on the wall', () => {
    const moments = fc.integer({ min: 0, max: Date.UTC(2099, 0, 1) });
    fc.assert(
      fc.property(moments, fc.nat(), fc.constantFrom<(18 | 25)[]>(18, 25), (moment, sequence, digits) => {
        const name = picName(moment, TASHKENT, sequence, digits);
        expect(name).toMatch(/^\d+$/);
        expect(name).toHaveLength(digits);
        expect(readPicTime(name, TASHKENT)).toBe(name);
        expect(name.startsWith(readPicTime(new Date(moment).toISOString(), TASHKENT) ?? 'refused')).toBe(true);
      }),
    );
  });
});
