// How alerts and pictures become bytes on the alert stream (ISAPI.md 3.1 and 3.2). Pure: parts in, bytes out.
import type { SentPicture } from '../passage.ts';

export type Part = { alert: readonly string[] } | { picture: SentPicture };

export type Framing = {
  /** What the response head promises. */
  contentType: string;
  /** The delimiter line that the wire really carries, dashes included. */
  delimiter: string;
  /** Ends header lines and delimiters. */
  newline: '\r\n' | '\n';
  /** Ends the lines inside an alert, the last one too: that one is counted by Content-Length. */
  alertNewline: '\r\n' | '\n';
  /** Follow a body without being counted. */
  afterAlert: '' | '\r\n' | '\n';
  afterPicture: '' | '\r\n' | '\n';
  /** Bytes that Content-Length declares too many (or, negative, too few); null leaves the header out. */
  alertLengthError: number | null;
  pictureLengthError: number | null;
  blankLinesBeforeDelimiter: number;
  delimiterTimes: number;
  /** On connecting, the stream begins inside a part. */
  startMidPart: boolean;
  /** Another event's root stands before the alert, in the same part. */
  rootsPerPart: 1 | 2;
  /** The channel name in the local code page, although the charset says UTF-8. */
  channelNameInCodePage: boolean;
  /** `Transfer-Encoding: chunked`; decided when a stream is opened. */
  chunked: boolean;
  /** Whether a stream that is cut says `--boundary--` first. */
  closing: boolean;
  /** Bytes of one write, and the pause after it; null writes an event at once. */
  writeBytes: number | null;
  pauseMs: number;
};

/** ISAPI.md 3.2, measured: every line CRLF, the alert's last one counted, the delimiter right after it. */
const COUNTED_CRLF: Framing = {
  contentType: 'multipart/mixed; boundary=boundary',
  delimiter: '--boundary',
  newline: '\r\n',
  alertNewline: '\r\n',
  afterAlert: '',
  afterPicture: '\r\n',
  alertLengthError: 0,
  pictureLengthError: 0,
  blankLinesBeforeDelimiter: 0,
  delimiterTimes: 1,
  startMidPart: false,
  rootsPerPart: 1,
  channelNameInCodePage: false,
  chunked: false,
  closing: false,
  writeBytes: null,
  pauseMs: 0,
};
const DASHES = '---------------------------7e13971310878';

/** Each framing by what it changes in the measured one. */
export const FRAMINGS = {
  'counted-crlf': {},
  'extra-crlf': { afterAlert: '\r\n' },
  lf: { newline: '\n', alertNewline: '\n', afterPicture: '\n' },
  'no-length': { alertLengthError: null, pictureLengthError: null },
  'blank-lines': { blankLinesBeforeDelimiter: 3 },
  'doubled-delimiter': { delimiterTimes: 2 },
  'start-mid-part': { startMidPart: true },
  'foreign-boundary': { contentType: 'multipart/mixed; boundary=MIME_boundary' },
  'quoted-boundary': { contentType: 'multipart/mixed;boundary="boundary"' },
  'angle-boundary': { contentType: 'multipart/mixed; boundary=<boundary>', delimiter: '--<boundary>' },
  'dash-boundary': { contentType: `multipart/mixed; boundary=${DASHES}`, delimiter: `--${DASHES}` },
  'form-data': { contentType: 'multipart/form-data; boundary=boundary' },
  'closing-never': {},
  closing: { closing: true },
  chunked: { chunked: true },
  'bare-jpeg': { afterPicture: '' },
  'two-roots': { rootsPerPart: 2 },
  'bad-utf8': { channelNameInCodePage: true },
  'alert-length-short': { alertLengthError: -7 },
  'alert-length-long': { alertLengthError: 7 },
  'picture-length-short': { pictureLengthError: -7 },
  'picture-length-long': { pictureLengthError: 7 },
  'small-writes': { writeBytes: 7 },
  'slow-drip': { writeBytes: 512, pauseMs: 20 },
} as const satisfies Record<string, Partial<Framing>>;
export type FramingName = keyof typeof FRAMINGS;

/** A named framing, or changes to the measured one: `{ alertLengthError: 3, chunked: true }`. */
export function framingOf(chosen: FramingName | Partial<Framing>): Framing {
  return { ...COUNTED_CRLF, ...(typeof chosen === 'string' ? FRAMINGS[chosen] : chosen) };
}

/** The response head, up to and with its empty line. */
export function streamHead(framing: Framing): Buffer {
  const chunked = framing.chunked ? ['Transfer-Encoding: chunked'] : [];
  const head = ['HTTP/1.1 200 OK', 'MIME-Version: 1.0', 'Connection: close', `Content-Type: ${framing.contentType}`];
  return Buffer.from([...head, ...chunked, '', ''].join('\r\n'));
}

/** What a client that arrives in the middle of a part reads first. */
export function tailOfPart(framing: Framing): Buffer {
  const lines = ['larm</eventDescription>', '<channelName></channelName>', '</EventNotificationAlert>', ''];
  return Buffer.from(lines.join(framing.alertNewline));
}

export function frame(parts: readonly Part[], framing: Framing): Buffer {
  return Buffer.concat(parts.flatMap((part) => framePart(part, framing)));
}

function framePart(part: Part, framing: Framing): Uint8Array[] {
  if ('picture' in part) {
    const { fileName, pictureId, bytes } = part.picture;
    const headers = [
      `Content-Disposition: form-data; name="${fileName}"; filename="${fileName}"`,
      'Content-Type: image/jpeg',
      ...lengthHeader(bytes.length, framing.pictureLengthError),
      `Content-ID: <${pictureId}>`,
    ];
    return [partHead(headers, framing), bytes, Buffer.from(framing.afterPicture)];
  }
  const body = alertBytes(framing.rootsPerPart === 2 ? [...EARLIER_ROOT, ...part.alert] : part.alert, framing);
  const headers = [
    'Content-Type: application/xml; charset="UTF-8"',
    ...lengthHeader(body.length, framing.alertLengthError),
  ];
  return [partHead(headers, framing), body, Buffer.from(framing.afterAlert)];
}

/** Delimiter, part headers and the empty line that ends them. */
export function partHead(headers: readonly string[], framing: Framing): Buffer {
  const { newline, delimiter, delimiterTimes, blankLinesBeforeDelimiter } = framing;
  const delimiters = Array.from({ length: delimiterTimes }, () => delimiter);
  return Buffer.from(newline.repeat(blankLinesBeforeDelimiter) + [...delimiters, ...headers, '', ''].join(newline));
}

const lengthHeader = (bytes: number, error: number | null) =>
  error === null ? [] : [`Content-Length: ${bytes + error}`];

const EARLIER_ROOT = [
  '<EventNotificationAlert version="2.0">',
  '<eventType>VMD</eventType>',
  '<eventState>inactive</eventState>',
  '</EventNotificationAlert>',
];
const CHANNEL_NAME = '<channelName>';
/** "Gate" in Cyrillic as windows-1251 has it; no byte of it is UTF-8. */
const CODE_PAGE_NAME = Buffer.from([0xc2, 0xee, 0xf0, 0xee, 0xf2, 0xe0]);

function alertBytes(lines: readonly string[], framing: Framing): Buffer {
  const text = Buffer.from([...lines, ''].join(framing.alertNewline));
  const name = text.indexOf(CHANNEL_NAME) + CHANNEL_NAME.length;
  if (!framing.channelNameInCodePage || name < CHANNEL_NAME.length) return text;
  return Buffer.concat([text.subarray(0, name), CODE_PAGE_NAME, text.subarray(text.indexOf('<', name))]);
}
