import { element, root } from '../alerts/xml.ts';

/** What the camera sends back to one request. */
export type Answer = {
  status: number;
  type: string;
  body: Buffer;
  /** It never arrives: the connection is cut, or stays open and silent. */
  lost?: 'cut' | 'silent';
};

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/** A document with its declaration; cameras end every line, the last one too. */
export function xmlAnswer(status: number, lines: readonly string[], newline = '\r\n'): Answer {
  const body = Buffer.from([DECLARATION, ...lines, ''].join(newline));
  return { status, type: 'application/xml; charset="UTF-8"', body };
}

/** ISAPI's own word about a request (ISAPI.md 2.5). */
export function responseStatus(status: number, code: number, text: string, subStatus: string): Answer {
  return xmlAnswer(
    status,
    root('ResponseStatus', 'hikvision-ver20', [
      ...element('statusCode', code),
      ...element('statusString', text),
      ...element('subStatusCode', subStatus),
    ]),
  );
}

export const accepted = () => responseStatus(200, 1, 'OK', 'ok');
export const notSupported = (status: 403 | 404) => responseStatus(status, 4, 'Invalid Operation', 'notSupport');
export const deviceBusy = () => responseStatus(503, 2, 'Device Busy', 'deviceBusy');
export const deviceError = (status: 200 | 500) => responseStatus(status, 3, 'Device Error', 'deviceError');
export const badContent = () => responseStatus(400, 6, 'Invalid XML Content', 'badXmlContent');
export const wrongMethod = () => responseStatus(405, 4, 'Invalid Operation', 'methodNotAllowed');
