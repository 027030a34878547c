import { describe, expect, test } from 'vitest';
import {
  alert,
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
import { MultipartReader } from './reader.ts';

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
    ['more dashes than announced', 'multipart/mixed; boundary=boundary', '----boundary'],
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
