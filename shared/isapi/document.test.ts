import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { GateError } from '../support/errors.ts';
import { readAs, readDocument, Text, WholeNumber } from './document.ts';

const bytes = (text: string) => Buffer.from(text);
const plate = { roots: ['Plate'] };
const read = (text: string) => readDocument(bytes(text), plate).value;

describe('documents of the camera', () => {
  it('values stay the text that the camera sent', () => {
    expect(read('<Plate><a>01234567</a><b>1E5</b><c>0012E3</c><d> true </d></Plate>')).toEqual({
      a: '01234567',
      b: '1E5',
      c: '0012E3',
      d: 'true',
    });
  });

  it('namespaces, prefixes, a declaration and a byte order mark change nothing', () => {
    const wrapped =
      '\ufeff<?xml version="1.0"?>\n<n:Plate xmlns:n="http://www.isapi.org/ver20/XMLSchema"><n:a>1</n:a></n:Plate>\n';
    expect(read(wrapped)).toEqual({ a: '1' });
    expect(read('<Plate xmlns="urn:psialliance-org" version="1.0"><a>1</a></Plate>')).toEqual({ a: '1' });
  });

  it('entities and numeric references are read', () => {
    expect(read('<Plate><a>&lt;&amp;&#233;</a></Plate>')).toEqual({ a: '<&é' });
  });

  it('lists stay lists with one entry, and attributes come where they are asked for', () => {
    const shape = { roots: ['L'], lists: ['p'], attributes: true };
    expect(readDocument(bytes('<L><p opt="a,b">x</p></L>'), shape).value).toEqual({
      p: [{ '#text': 'x', '@_opt': 'a,b' }],
    });
  });

  it('JSON is read with its root and without', () => {
    const Schema = z.object({ a: Text, n: WholeNumber, missing: Text });
    for (const text of ['{"Plate":{"a":7,"n":"12"}}', '{"a":"7","n":12}']) {
      expect(readAs(bytes(text), plate, Schema)).toEqual({ a: '7', n: 12, missing: '' });
    }
  });

  it.each([
    ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY a "b">]><Plate><a>&a;</a></Plate>'],
    ['another root', '<Other/>'],
    ['a cut', '<Plate><a>1</a>'],
    ['crossed elements', '<Plate><a><b></a></b></Plate>'],
    ['a web page', '<html><body>login</body></html>'],
    ['no XML', 'Unauthorized'],
    ['nothing', ''],
    ['a JSON list', '[1]'],
    ['broken JSON', '{"a"'],
    ['elements 10,000 deep', `<Plate>${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}</Plate>`],
    ['300 kB', `<Plate><a>${'x'.repeat(300_000)}</a></Plate>`],
    ['a prototype', '<Plate><__proto__>1</__proto__></Plate>'],
  ])('%s is refused', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'camera_refused' }));
  });

  it('cut anywhere is refused, never read in part', () => {
    const whole = '<?xml version="1.0"?><Plate version="2.0"><a>01234567</a><b><c>x</c></b></Plate>';
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        expect(() => read(whole.slice(0, length))).toThrow(GateError);
      }),
    );
  });

  it('of any bytes are read or refused, and nothing else happens', () => {
    const part = fc.constantFrom(
      '<Plate>',
      '</Plate>',
      '<a b="',
      '">',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '&#x0;',
      '&amp;',
      '<?',
      '?>',
      '{',
      '}',
    );
    const soup = fc.array(fc.oneof(part, fc.string())).map((parts) => Buffer.from(`<Plate>${parts.join('')}</Plate>`));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), soup), (hostile) => {
        try {
          expect(readDocument(hostile, plate).root).toBe('Plate');
        } catch (error) {
          expect(error).toBeInstanceOf(GateError);
        }
      }),
    );
  });
});
