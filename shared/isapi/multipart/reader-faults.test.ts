import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  alert,
  bodies,
  type Framing,
  faults,
  HEAD,
  jpeg,
  PLATES,
  part,
  picture,
  pictures,
  plates,
  read,
  stream,
  xml,
} from './reader.fixture.ts';
import { MAX_PART_BYTES, MultipartReader } from './reader.ts';

describe('a bad part costs that part only', () => {
  test('bytes inside a picture that look like a delimiter and a plate stay inside the picture', () => {
    const evil = jpeg(`xx\r\n--boundary\r\nContent-Type: application/xml\r\n\r\n${alert('EVIL')}\r\n--boundary\r\n`);
    for (const every of [1, 5, 64, 4096]) {
      const outputs = read(Buffer.concat([xml('01A123BC'), picture(evil), xml('1E5')]), { every });
      expect(plates(outputs)).toEqual(['01A123BC', '1E5']);
      expect(pictures(outputs)).toEqual([evil]);
    }
  });

  test('a cut connection in mid-picture delivers no half picture', () => {
    const bytes = Buffer.concat([xml('01A123BC'), picture(jpeg('x'.repeat(5000))).subarray(0, 3000)]);
    const outputs = read(bytes, { end: true });
    expect(plates(outputs)).toEqual(['01A123BC']);
    expect(pictures(outputs)).toEqual([]);
    expect(faults(outputs)).toEqual(['part_truncated']);
  });

  test('a picture cut short before the next event is dropped, and that event is not', () => {
    const half = jpeg('x'.repeat(5000)).subarray(0, 3000);
    const reader = new MultipartReader(HEAD);
    const early = reader.push(Buffer.concat([picture(half, { length: 2002 }), Buffer.from('\r\n'), stream()]));
    const outputs = [...early, ...reader.settle()];
    expect(plates(outputs)).toEqual(PLATES);
    expect(pictures(outputs)).toHaveLength(PLATES.length);
    expect(faults(outputs)).toContain('part_truncated');
  });

  test.each<[string, Buffer]>([
    ['a picture', picture(jpeg('x'.repeat(5000))).subarray(0, 3000)],
    ['a picture without a length', picture(jpeg('x'.repeat(5000)), { length: 'none' }).subarray(0, 3000)],
    ['an event', xml('HALF').subarray(0, -60)],
    ['a part of unknown content', part('text/plain', 'x'.repeat(5000)).subarray(0, 3000)],
    ['noise between two parts', Buffer.concat([xml('01A001AA'), Buffer.from('noise -- --bound')])],
  ])('the next event begins in the middle of the line where %s breaks off, and is read', (_name, cut) => {
    for (const every of [1, 7, 64, 100_000]) expectAllAfter(cut, every);
  });

  test('whatever bytes a picture breaks off with, dashes too, the next event is read', () => {
    const head = jpeg('x'.repeat(5000)).subarray(0, 2000);
    const tail = fc.array(fc.oneof(fc.constantFrom(0x2d, 0x0a, 0x0d, 0xd9, 0x3e), fc.nat(0xff)), { maxLength: 4 });
    fc.assert(
      fc.property(
        tail,
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom<Framing>({}, { length: 'none' }),
        (...drawn) => {
          const [bytes, every, framing] = drawn;
          const cut = Buffer.concat([head, Buffer.from(bytes)]);
          expectAllAfter(picture(cut, framing.length === 'none' ? framing : { length: 3000 }), every);
        },
      ),
    );
  });

  function expectAllAfter(cut: Buffer, every: number): void {
    const reader = new MultipartReader(HEAD);
    const bytes = Buffer.concat([xml('1E5'), cut, stream()]);
    const outputs = [];
    for (let at = 0; at < bytes.length; at += every) outputs.push(...reader.push(bytes.subarray(at, at + every)));
    const read = plates([...outputs, ...reader.settle()]);
    expect(read.slice(-PLATES.length)).toEqual(PLATES);
    expect(read).not.toContain('HALF');
  }

  test('an event cut short before the next one does not swallow it', () => {
    const cut = '<EventNotificationAlert><ANPR><licensePlate>HALF</lice\r\n';
    for (const length of ['exact', 'none', 500] as const) {
      const outputs = read(Buffer.concat([part('application/xml', cut, { length }), stream()]));
      expect(plates(outputs).filter((plate) => plate !== 'HALF')).toEqual(PLATES);
    }
  });

  test('200 kB of junk as a part header is refused and the next event read', () => {
    const outputs = read(
      Buffer.concat([Buffer.from(`--boundary\r\nX-Junk: ${'j'.repeat(200_000)}\r\n\r\n`), stream()]),
      { every: 4096 },
    );
    expect(plates(outputs)).toEqual(PLATES);
    expect(faults(outputs)).toContain('part_headers_too_large');
  });

  test.each<[string, Framing]>([
    ['with', {}],
    ['without', { length: 'none' }],
  ])('a 20 MB part %s a length is refused and the next event read', (_name, framing) => {
    const huge = Buffer.alloc(20 * 1024 * 1024, 0x20);
    huge.set([0xff, 0xd8], 0);
    const outputs = read(Buffer.concat([part('image/jpeg', huge, framing), Buffer.from('\r\n'), stream()]), {
      every: 65_536,
    });
    expect(plates(outputs)).toEqual(PLATES);
    expect(faults(outputs)).toEqual(['part_too_large']);
  });

  test('ten thousand tiny parts cost nothing but themselves', () => {
    const tiny = Buffer.concat(Array.from({ length: 10_000 }, () => part('text/plain', 'x', { gap: '\r\n' })));
    expect(plates(read(Buffer.concat([tiny, stream()]), { every: 65_536 }))).toEqual(PLATES);
  });

  test('a push of 40,000 tiny documents takes time by their number, not by its square', () => {
    const tiny = (count: number) =>
      Buffer.concat(Array.from({ length: count }, () => part('text/xml', '<a/>', { length: 'none', gap: '\r\n' })));
    const msOf = (bytes: Buffer) => {
      const started = performance.now();
      expect(bodies(read(bytes))).not.toEqual([]);
      return performance.now() - started;
    };
    const [few, many] = [tiny(5_000), tiny(40_000)];
    msOf(few);
    expect(msOf(many)).toBeLessThan(8 * 4 * Math.max(msOf(few), 5));
  });

  test('a part that never ends holds at most one part limit', () => {
    const reader = new MultipartReader(HEAD);
    reader.push(Buffer.from('--boundary\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8', 'latin1'));
    let held = 0;
    for (let sent = 0; sent < 4 * MAX_PART_BYTES; sent += 65_536) {
      reader.push(Buffer.alloc(65_536, 0x41));
      held = Math.max(held, reader.heldBytes);
    }
    expect(held).toBeGreaterThan(MAX_PART_BYTES / 2);
    expect(held).toBeLessThan(MAX_PART_BYTES + 2 * 65_536);
    expect(plates(reader.push(Buffer.concat([Buffer.from('\r\n'), stream()])))).toEqual(PLATES);
  });
});

describe('what never ends holds little', () => {
  test.each([
    ['a delimiter line of blanks', '--boundary', ' '],
    ['a line that only begins like a delimiter', '--boundary\r\n--boundary', 'X'],
    ['part headers', '--boundary\r\nX-Junk: ', 'j'],
    ['blanks between parts', `--boundary\r\n\r\n<a></a>`, '\n'],
    ['no delimiter at all', '', 'x'],
  ])('%s', (_name, start, endless) => {
    const reader = new MultipartReader(HEAD);
    reader.push(Buffer.from(start));
    let held = 0;
    for (let sent = 0; sent < 1_000_000; sent += 8_192) {
      reader.push(Buffer.alloc(8_192, endless));
      held = Math.max(held, reader.heldBytes);
    }
    expect(held).toBeLessThan(32 * 1024);
    expect(plates(reader.push(Buffer.concat([Buffer.from('\r\n'), stream()])))).toEqual(PLATES);
  });
});

describe('any bytes', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '--boundary',
      '--boundary--',
      '\r\n',
      '\n',
      'Content-Length: 5\r\n',
      'Content-Type: image/jpeg\r\n',
      '\xff\xd8',
      '\xff\xd9',
      '<a>',
      '</a>',
      '<?xml?>',
      '{',
      '\0',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );

  test('never throw, and no byte is handed on twice, whatever packets they come in', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (pieces, every) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        const whole = bodies(read(bytes, { end: true })).map((b) => b.toString('latin1'));
        const split = bodies(read(bytes, { every, end: true })).map((b) => b.toString('latin1'));
        for (const documents of [whole, split]) expect(documents.join('').length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  test('a well-formed stream survives any noise before it and any packets', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom<Framing>({}, { gap: '\r\n' }, { length: 'none', gap: '\r\n' }, { eol: '\n', gap: '\n' }),
        (noise, every, framing) => {
          const bytes = Buffer.concat([Buffer.from(noise), Buffer.from('\r\n'), stream(framing)]);
          const outputs = read(bytes, { every });
          expect(plates(outputs)).toEqual(PLATES);
          expect(pictures(outputs)).toHaveLength(PLATES.length);
        },
      ),
    );
  });
});
