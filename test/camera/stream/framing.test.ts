import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SentPicture } from '../passage.ts';
import { FRAMINGS, type FramingName, frame, framingOf, type Part, streamHead } from './framing.ts';

const ALERT: Part = {
  alert: ['<EventNotificationAlert>', '<channelName>Gate</channelName>', '</EventNotificationAlert>'],
};
const picture = (bytes: Uint8Array): Part => {
  const sent: SentPicture = { fileName: 'detectionPicture.jpg', pictureId: 'p1', bytes: Buffer.from(bytes) };
  return { picture: sent };
};
const wire = (name: FramingName, parts: Part[] = [ALERT, ALERT]) => frame(parts, framingOf(name)).toString('latin1');

const HEAD = '--boundary\r\nContent-Type: application/xml; charset="UTF-8"\r\nContent-Length: 86\r\n\r\n';
const BODY = '<EventNotificationAlert>\r\n<channelName>Gate</channelName>\r\n</EventNotificationAlert>\r\n';

describe('alerts on the wire, byte by byte', () => {
  test('the measured framing counts the last CRLF, and the delimiter follows at once', () => {
    expect(BODY).toHaveLength(86);
    expect(wire('counted-crlf')).toBe(HEAD + BODY + HEAD + BODY);
  });

  test.each<[FramingName, string]>([
    ['extra-crlf', `${HEAD}${BODY}\r\n${HEAD}${BODY}\r\n`],
    ['lf', (HEAD + BODY + HEAD + BODY).replaceAll('\r\n', '\n').replaceAll('86', '83')],
    ['no-length', (HEAD + BODY + HEAD + BODY).replaceAll('Content-Length: 86\r\n', '')],
    ['blank-lines', `\r\n\r\n\r\n${HEAD}${BODY}\r\n\r\n\r\n${HEAD}${BODY}`],
    ['doubled-delimiter', `--boundary\r\n${HEAD}${BODY}--boundary\r\n${HEAD}${BODY}`],
    ['alert-length-short', (HEAD + BODY + HEAD + BODY).replaceAll('86', '79')],
    ['alert-length-long', (HEAD + BODY + HEAD + BODY).replaceAll('86', '93')],
    ['angle-boundary', (HEAD + BODY + HEAD + BODY).replaceAll('--boundary', '--<boundary>')],
  ])('%s', (name, bytes) => {
    expect(wire(name)).toBe(bytes);
  });

  test('a channel name in the local code page is not UTF-8, and its bytes are counted', () => {
    const bytes = frame([ALERT], framingOf('bad-utf8'));
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
    expect(bytes.toString('latin1')).toContain('Content-Length: 88\r\n');
  });

  test('another event may stand before the alert in one part', () => {
    const [, body = ''] = wire('two-roots', [ALERT]).split('\r\n\r\n');
    expect(body.match(/<\/EventNotificationAlert>/g)).toHaveLength(2);
    expect(body.endsWith(BODY)).toBe(true);
  });
});

describe('pictures on the wire', () => {
  test.each<[FramingName, string]>([
    ['counted-crlf', 'JPEG\r\n--boundary'],
    ['bare-jpeg', 'JPEG--boundary'],
    ['lf', 'JPEG\n--boundary'],
  ])('%s ends a picture with its own delimiter', (name, bytes) => {
    expect(wire(name, [picture(Buffer.from('JPEG')), ALERT])).toContain(bytes);
  });

  test('a declared length is the length of the bytes that follow, for every picture', () => {
    const bytes = fc.uint8Array({ maxLength: 4096 });
    fc.assert(
      fc.property(bytes, (sent) => {
        const text = frame([picture(sent)], framingOf('counted-crlf')).toString('latin1');
        const body = text.slice(text.indexOf('\r\n\r\n') + 4, -'\r\n'.length);
        expect(text).toContain(`Content-Length: ${body.length}\r\n`);
        expect(Buffer.from(body, 'latin1').equals(Buffer.from(sent))).toBe(true);
      }),
    );
  });
});

describe('the response head', () => {
  test.each<[FramingName, string]>([
    ['counted-crlf', 'multipart/mixed; boundary=boundary'],
    ['foreign-boundary', 'multipart/mixed; boundary=MIME_boundary'],
    ['quoted-boundary', 'multipart/mixed;boundary="boundary"'],
    ['dash-boundary', 'multipart/mixed; boundary=---------------------------7e13971310878'],
    ['form-data', 'multipart/form-data; boundary=boundary'],
  ])('%s', (name, contentType) => {
    const head = `HTTP/1.1 200 OK\r\nMIME-Version: 1.0\r\nConnection: close\r\nContent-Type: ${contentType}\r\n\r\n`;
    expect(streamHead(framingOf(name)).toString()).toBe(head);
  });

  test('the wire keeps its constant delimiter where the head names another', () => {
    expect(wire('foreign-boundary').startsWith('--boundary\r\n')).toBe(true);
  });

  test('every named framing has a head and carries an alert', () => {
    for (const changes of Object.values(FRAMINGS)) {
      expect(streamHead(framingOf(changes)).toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
      expect(frame([ALERT], framingOf(changes)).toString('latin1')).toContain('</EventNotificationAlert>');
    }
  });
});
