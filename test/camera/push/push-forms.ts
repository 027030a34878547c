// The forms in which cameras push an event to a listener (ISAPI.md 5.1). Pure: an event in, headers and a body out.
import { alert } from '../alerts/alert.ts';
import type { SentPicture } from '../passage.ts';

export type PushBody = { contentType: string | null; body: Buffer };
type Form = (alertLines: readonly string[], pictures: readonly SentPicture[]) => PushBody;

type Multipart = {
  boundary: string;
  quoted?: boolean;
  alertPart: readonly string[];
  /** How a picture's name and filename come about. */
  names: 'kind' | 'pid-and-kind' | 'kind-and-bare-id';
  partLengths: boolean;
  /** Stands between a part's body and the next delimiter; an alert's own last CRLF is always there, and counted. */
  afterPicture: '\r\n' | '';
};

const USUAL: Multipart = {
  boundary: 'boundary',
  alertPart: ['Content-Disposition: form-data; name="anpr.xml"; filename="anpr.xml"', 'Content-Type: text/xml'],
  names: 'kind',
  partLengths: true,
  afterPicture: '\r\n',
};
const alertNamed = (name: string, type = 'application/xml') => [
  `Content-Disposition: form-data; name="${name}"; filename="${name}"`,
  `Content-Type: ${type}`,
];
const DASHES = '---------------------------7e13971310878';

export const PUSH_FORMS = {
  'anpr.xml': multipart(USUAL),
  'mnpr.xml': multipart({ ...USUAL, boundary: 'MIME_boundary_ANPR', alertPart: alertNamed('mnpr.xml') }),
  xml_file: multipart({ ...USUAL, alertPart: alertNamed('xml_file', 'application/octet-stream') }),
  'nameless-alert': multipart({ ...USUAL, alertPart: ['Content-Disposition: form-data; name="ANPR"'] }),
  'pid-named': multipart({ ...USUAL, boundary: 'MIME_boundary', names: 'pid-and-kind' }),
  'bare-id-filename': multipart({ ...USUAL, names: 'kind-and-bare-id' }),
  'no-part-lengths': multipart({ ...USUAL, partLengths: false }),
  'bare-jpeg': multipart({ ...USUAL, afterPicture: '' }),
  'dashed-boundary': multipart({ ...USUAL, boundary: '--MIME_boundary' }),
  'dash-run-boundary': multipart({ ...USUAL, boundary: DASHES }),
  'quoted-boundary': multipart({ ...USUAL, quoted: true }),
  'bare-xml': (lines) => ({ contentType: 'application/xml; charset="UTF-8"', body: document(lines) }),
  'no-content-type': (lines, pictures) => ({ contentType: null, body: multipart(USUAL)(lines, pictures).body }),
  'bare-xml-no-content-type': (lines) => ({ contentType: null, body: document(lines) }),
  empty: () => ({ contentType: null, body: Buffer.alloc(0) }),
  'other-event': () => multipart({ ...USUAL, alertPart: alertNamed('AudioException.xml') })(otherEvent(), []),
} satisfies Record<string, Form>;
export type PushForm = keyof typeof PUSH_FORMS;

function multipart(form: Multipart): Form {
  const contentType = `multipart/form-data; boundary=${form.quoted ? `"${form.boundary}"` : form.boundary}`;
  return (lines, pictures) => {
    const parts = [part(form, form.alertPart, document(lines), '')];
    for (const picture of pictures) {
      parts.push(part(form, pictureHeaders(form, picture), picture.bytes, form.afterPicture));
    }
    return { contentType, body: Buffer.concat([...parts, Buffer.from(`--${form.boundary}--\r\n`)]) };
  };
}

function part(form: Multipart, headers: readonly string[], body: Buffer, after: string): Buffer {
  const length = form.partLengths ? [`Content-Length: ${body.length}`] : [];
  const head = [`--${form.boundary}`, ...headers, ...length, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), body, Buffer.from(after)]);
}

function pictureHeaders({ names }: Multipart, { fileName, pictureId }: SentPicture): string[] {
  const name = names === 'pid-and-kind' ? pictureId : fileName;
  const file = names === 'kind-and-bare-id' ? pictureId : fileName;
  return [`Content-Disposition: form-data; name="${name}"; filename="${file}"`, 'Content-Type: image/jpeg'];
}

function document(lines: readonly string[]): Buffer {
  return Buffer.from(['<?xml version="1.0" encoding="UTF-8"?>', ...lines, ''].join('\r\n'));
}

/** A listener gets events that are no passages, too. */
function otherEvent(): string[] {
  const event = { eventType: 'audioexception', eventState: 'active', description: 'audioexception alarm' } as const;
  return alert({ namespace: 'hikvision-ver20', port: 80, dateTime: null, activePostCount: 1, ...event }, []);
}
