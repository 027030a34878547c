import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PART_BYTES, type MultipartOutput, MultipartReader } from './reader.ts';

const HEAD = 'multipart/mixed; boundary=boundary';
const PLATES = ['01A123BC', '01234567', '1E5'];

/** A JPEG with one comment segment and a scan, so that a marker walk finds its end; `inside` sits in its entropy data. */
function jpeg(inside = 'pixels'): Buffer {
  const comment = Buffer.from('\xff\xfe\x00\x07gate\x00', 'latin1');
  const scan = Buffer.from('\xff\xda\x00\x02', 'latin1');
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    comment,
    scan,
    Buffer.from(inside, 'latin1'),
    Buffer.from([0xff, 0xd9]),
  ]);
}

const alert = (plate: string) =>
  `<EventNotificationAlert version="2.0">\r\n<ANPR><licensePlate>${plate}</licensePlate></ANPR>\r\n</EventNotificationAlert>\r\n`;

type Framing = { length?: 'exact' | 'none' | number; delimiter?: string; eol?: string; gap?: string };

function part(type: string, body: Buffer | string, framing: Framing = {}): Buffer {
  const { length = 'exact', delimiter = '--boundary', eol = '\r\n', gap = '' } = framing;
  const bytes = Buffer.from(body as string, 'latin1');
  const claimed = length === 'exact' ? bytes.length : length === 'none' ? null : bytes.length + length;
  const lines = [
    delimiter,
    `Content-Type: ${type}`,
    ...(claimed === null ? [] : [`Content-Length: ${claimed}`]),
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(lines.join(eol), 'latin1'), bytes, Buffer.from(gap, 'latin1')]);
}
const xml = (plate: string, framing?: Framing) => part('application/xml', alert(plate), framing);
const picture = (bytes: Buffer, framing?: Framing) => part('image/jpeg', bytes, framing);
const heartbeat = part(
  'application/xml',
  '<EventNotificationAlert><eventType>videoloss</eventType></EventNotificationAlert>\r\n',
);

function read(bytes: Buffer, { every = bytes.length, type = HEAD, end = false } = {}): MultipartOutput[] {
  const reader = new MultipartReader(type);
  const outputs: MultipartOutput[] = [];
  for (let at = 0; at < bytes.length; at += every)
    outputs.push(...reader.push(inReusedMemory(bytes.subarray(at, at + every))));
  return end ? [...outputs, ...reader.end()] : outputs;
}
/** As a socket's one read buffer does, later reads overwrite what earlier ones brought. */
const memory = Buffer.alloc(32 * 1024 * 1024);
function inReusedMemory(chunk: Buffer): Buffer {
  memory.fill(0x21, 0, chunk.length + 64);
  chunk.copy(memory);
  return memory.subarray(0, chunk.length);
}
const bodies = (outputs: MultipartOutput[]) => outputs.flatMap((o) => (o.type === 'part' ? [o.body] : []));
const faults = (outputs: MultipartOutput[]) => outputs.flatMap((o) => (o.type === 'fault' ? [o.fault] : []));
const plates = (outputs: MultipartOutput[]) =>
  bodies(outputs).flatMap((body) =>
    body[0] === 0xff ? [] : [...body.toString('latin1').matchAll(/<licensePlate>(.*?)</g)].map((m) => m[1]),
  );
const pictures = (outputs: MultipartOutput[]) => bodies(outputs).filter((body) => body[0] === 0xff);
const stream = (framing?: Framing) =>
  Buffer.concat(PLATES.flatMap((plate) => [xml(plate, framing), picture(jpeg(), framing), heartbeat]));

describe('every framing that cameras have been seen to send (ISAPI.md 3.2)', () => {
  const framings: Record<string, Buffer> = {
    'an IPC counts the CRLF after the root into its length': stream(),
    'an entrance camera puts one more CRLF before the delimiter': stream({ gap: '\r\n' }),
    'no part has a Content-Length': stream({ length: 'none', gap: '\r\n' }),
    'no length, and a picture runs straight into the delimiter': stream({ length: 'none' }),
    'an NVR ends its lines with LF only': stream({ eol: '\n', gap: '\n' }),
    'several blank lines stand before a delimiter': stream({ gap: '\r\n\r\n\r\n' }),
    'a length is 10 bytes too short': stream({ length: -10, gap: '\r\n' }),
    'a length is 10 bytes too long': stream({ length: 10, gap: '\r\n' }),
    'a length is two megabytes too long': Buffer.concat(PLATES.map((plate) => xml(plate, { length: 2_000_000 }))),
    'each delimiter is doubled': Buffer.concat(
      PLATES.flatMap((p) => [
        Buffer.from('--boundary\r\n'),
        xml(p),
        Buffer.from('--boundary\r\n\r\n'),
        picture(jpeg()),
      ]),
    ),
    'the stream starts in the middle of a part': Buffer.concat([Buffer.from('ty>0</x>\r\n</y>\r\n'), stream()]),
    'two events stand in one part': part('application/xml', PLATES.map(alert).join('')),
    'an event is glued behind another with a second HTTP head': Buffer.concat([
      xml(PLATES[0] ?? ''),
      Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\n'),
      xml(PLATES[1] ?? ''),
      xml(PLATES[2] ?? ''),
    ]),
    'a closing delimiter comes and the stream goes on': Buffer.concat(
      PLATES.flatMap((p) => [xml(p), Buffer.from('--boundary--\r\n')]),
    ),
  };
  for (const [name, bytes] of Object.entries(framings)) {
    test.each([bytes.length, 7, 1])(`${name}: every plate comes out, in order, in writes of %i bytes`, (every) => {
      expect(plates(read(bytes, { every }))).toEqual(PLATES);
    });
  }

  test.each([
    ['the head announces another boundary than the wire uses', HEAD.replace('=boundary', '=MIME'), '--boundary'],
    ['a constant --boundary under another announced name', 'multipart/mixed;boundary=7e13971310878', '--boundary'],
    ['a boundary in angle brackets', 'multipart/mixed; boundary=<boundary>', '--<boundary>'],
    ['angle brackets in the head only', 'multipart/mixed; boundary=<boundary>', '--boundary'],
    ['a quoted boundary', 'multipart/mixed; boundary="boundary"', '--boundary'],
    [
      'a run of dashes',
      'multipart/form-data; boundary=---------------------------7e13',
      '-----------------------------7e13',
    ],
    ['dashes already in the announced name', 'multipart/form-data; boundary=--MIME_boundary', '----MIME_boundary'],
    ['no boundary announced at all', 'multipart/mixed', '--boundary'],
  ])('%s', (_name, type, delimiter) => {
    const bytes = Buffer.concat(PLATES.flatMap((p) => [xml(p, { delimiter }), picture(jpeg(), { delimiter })]));
    const outputs = read(bytes, { type, every: 11 });
    expect(plates(outputs)).toEqual(PLATES);
    expect(pictures(outputs)).toHaveLength(PLATES.length);
  });
});

describe('a plate does not wait for the next heartbeat', () => {
  test.each<[string, Framing]>([
    ['with a length', {}],
    ['without a length', { length: 'none' }],
    ['with a length that is too long', { length: 10 }],
  ])('%s, an event is handed on at its last byte, with silence after it', (_name, framing) => {
    expect(plates(read(xml('01A123BC', framing)))).toEqual(['01A123BC']);
  });

  test.each<[string, Framing]>([
    ['with a length', {}],
    ['without a length', { length: 'none' }],
    ['with a length that is too long', { length: 10 }],
  ])('%s, a picture is handed on at its last byte, with silence after it', (_name, framing) => {
    const outputs = read(Buffer.concat([xml('01A123BC'), picture(jpeg(), framing)]));
    expect(pictures(outputs)).toEqual([jpeg()]);
  });

  test('a picture that is no proper JPEG inside goes on at its length', () => {
    const odd = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.from('no markers'), Buffer.from([0xff, 0xd9])]);
    expect(pictures(read(picture(odd)))).toEqual([odd]);
  });

  test('a far too long length holds nothing up once the camera pauses', () => {
    const reader = new MultipartReader(HEAD);
    const first = reader.push(Buffer.concat([picture(jpeg(), { length: 4_000_000, gap: '\r\n' }), xml('01A123BC')]));
    expect(plates(first)).toEqual([]);
    const settled = reader.settle();
    expect(pictures(settled)).toEqual([jpeg()]);
    expect(plates(settled)).toEqual(['01A123BC']);
    expect(faults(settled)).toEqual(['part_length_wrong']);
  });
});

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
