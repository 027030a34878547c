import { describe, expect, test } from 'vitest';
import type { SentPicture } from '../passage.ts';
import { PUSH_FORMS, type PushForm } from './push-forms.ts';

const LINES = ['<EventNotificationAlert>', '</EventNotificationAlert>'];
const PICTURE: SentPicture = { fileName: 'detectionPicture.jpg', pictureId: 'p1', bytes: Buffer.from('JPEG') };
const posted = (form: PushForm) => {
  const { contentType, body } = PUSH_FORMS[form](LINES, [PICTURE]);
  return { contentType, text: body.toString('latin1') };
};

describe('pushes as listeners met them', () => {
  test.each<[PushForm, string, string]>([
    ['anpr.xml', 'multipart/form-data; boundary=boundary', 'filename="anpr.xml"\r\nContent-Type: text/xml\r\n'],
    ['mnpr.xml', 'multipart/form-data; boundary=MIME_boundary_ANPR', '\r\n--MIME_boundary_ANPR\r\n'],
    ['xml_file', 'multipart/form-data; boundary=boundary', 'Content-Type: application/octet-stream\r\n'],
    ['nameless-alert', 'multipart/form-data; boundary=boundary', 'name="ANPR"\r\nContent-Length: '],
    ['pid-named', 'multipart/form-data; boundary=MIME_boundary', 'name="p1"; filename="detectionPicture.jpg"'],
    ['bare-id-filename', 'multipart/form-data; boundary=boundary', 'name="detectionPicture.jpg"; filename="p1"'],
    ['bare-jpeg', 'multipart/form-data; boundary=boundary', 'JPEG--boundary--'],
    ['dashed-boundary', 'multipart/form-data; boundary=--MIME_boundary', '\r\n----MIME_boundary\r\n'],
    ['quoted-boundary', 'multipart/form-data; boundary="boundary"', '\r\n--boundary\r\n'],
  ])('%s', (form, contentType, text) => {
    const push = posted(form);
    expect(push.contentType).toBe(contentType);
    expect(push.text).toContain(text);
    expect(push.text).toContain('JPEG');
  });

  test('the declared length of the alert counts its last CRLF', () => {
    const { text } = posted('anpr.xml');
    const body = text.slice(text.indexOf('\r\n\r\n') + 4, text.indexOf('--boundary', 5));
    expect(body.endsWith('</EventNotificationAlert>\r\n')).toBe(true);
    expect(text).toContain(`Content-Length: ${body.length}\r\n`);
  });

  test('parts may come without lengths', () => {
    expect(posted('no-part-lengths').text).not.toContain('Content-Length');
  });

  test('a bare alert has no parts, and may have no type', () => {
    expect(posted('bare-xml').text).toMatch(/^<\?xml [^>]*>\r\n<EventNotificationAlert>/);
    expect(posted('bare-xml-no-content-type')).toEqual({ ...posted('bare-xml'), contentType: null });
  });

  test('a test post is empty', () => {
    expect(posted('empty')).toEqual({ contentType: null, text: '' });
  });

  test('another event comes without the passage', () => {
    const { text } = posted('other-event');
    expect(text).toContain('<eventType>audioexception</eventType>');
    expect(text).not.toContain('JPEG');
  });
});
