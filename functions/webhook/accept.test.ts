import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { CameraIdSchema, type Detection, DetectionSchema } from '../../shared/detection/detection.ts';
import { systemClock } from '../../shared/support/clock.ts';
import { Broken } from '../../shared/support/errors.ts';
import { type LogFields, silentLog } from '../../shared/support/log.ts';
import { Secret } from '../../shared/support/secret.ts';
import { MAX_PUSH_BYTES } from '../../shared/webhook/intake.ts';
import { type PushingCamera, pushSource } from '../../shared/webhook/push-source.ts';
import { accept } from './accept.ts';

const CAMERA = '192.0.2.10';
const NOW = Date.UTC(2026, 10, 22, 5, 0, 1);
const sample = (name: string) => readFileSync(new URL(`../../test/samples/${name}`, import.meta.url));
const camera = (id: string, over: Partial<PushingCamera> = {}): PushingCamera => ({
  id: CameraIdSchema.parse(id),
  pushFrom: [CAMERA],
  ...over,
});
const XML =
  '<EventNotificationAlert><dateTime>2026-11-22T10:00:00+05:00</dateTime><eventType>ANPR</eventType><ANPR><licensePlate>01A123BC</licensePlate></ANPR></EventNotificationAlert>';
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 2, 0xff, 0xd9]);

class Gate {
  cameras = [camera('gate')];
  queueAway = false;
  picturesAway = false;
  /** As the bridge has measured it. */
  clockOffsetMs: number | null = null;
  sent: Detection[] = [];
  warnings: LogFields[] = [];
  stored = new Map<string, Uint8Array>();

  async push(
    body: Buffer | string,
    over: { from?: string; path?: string; headers?: Record<string, string>; base64?: boolean } = {},
  ) {
    const { from = CAMERA, path = '/api/gate/anpr-event/', headers = {}, base64 = true } = over;
    const bytes = Buffer.from(body as string);
    const event = {
      rawPath: path,
      headers,
      isBase64Encoded: base64,
      body: bytes.toString(base64 ? 'base64' : 'utf8'),
      requestContext: { http: { sourceIp: from, method: 'POST', path } },
    } as unknown as APIGatewayProxyEventV2;
    const answer = await accept(event, {
      source: pushSource(this.cameras),
      clockOffsets: async (cameras) => (camera) => (cameras.includes(camera) ? this.clockOffsetMs : null),
      clock: { ...systemClock, now: () => NOW },
      log: { ...silentLog, warn: (event, fields = {}) => void this.warnings.push({ event, ...fields }) },
      queue: {
        send: async (detections) => {
          if (this.queueAway) throw new Broken('internal', 'could not send: the queue is away');
          this.sent.push(...detections.map((d) => DetectionSchema.parse(d)));
          return { refused: [] };
        },
      },
      pictures: {
        put: async (key, bytes) => {
          if (this.picturesAway) throw new Broken('internal', 'could not store the picture');
          this.stored.set(key, bytes);
        },
        url: async () => '',
      },
    });
    return answer.statusCode;
  }
}
let gate: Gate;
beforeEach(() => {
  gate = new Gate();
});

const form = (parts: { head: string; body: Buffer | string }[], boundary = 'boundary') =>
  Buffer.concat([
    ...parts.flatMap(({ head, body }) => [
      Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`),
      Buffer.from(body as string),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
const FORM = { 'content-type': 'multipart/form-data; boundary=boundary' };

describe('who may push', () => {
  test('the camera, by the address that API Gateway saw', async () => {
    expect(await gate.push(XML)).toBe(200);
    expect(gate.sent.map((d) => d.plate)).toEqual(['01A123BC']);
  });

  test.each([
    ['a foreign address', '198.51.100.7', {}],
    [
      'a foreign address with a forged X-Forwarded-For',
      '198.51.100.7',
      { 'x-forwarded-for': CAMERA, 'x-real-ip': CAMERA, forwarded: `for=${CAMERA}` },
    ],
    ['no address at all', '', {}],
    ['an address that is no address', 'camera.example', {}],
  ])('%s gets 403 and nothing is stored', async (_name, from, headers) => {
    expect(await gate.push(XML, { from, headers })).toBe(403);
    expect(gate.sent).toEqual([]);
  });

  test('a forged header does not turn the camera away either', async () => {
    expect(await gate.push(XML, { headers: { 'x-forwarded-for': '198.51.100.7' } })).toBe(200);
  });

  test('with a token configured the address alone is not enough, nor the token alone', async () => {
    gate.cameras = [camera('gate', { pushToken: new Secret('s3cret-path-token') })];
    const path = '/api/gate/anpr-event/s3cret-path-token';
    expect(await gate.push(XML)).toBe(403);
    expect(await gate.push(XML, { path: '/api/gate/anpr-event/wrong' })).toBe(403);
    expect(await gate.push(XML, { path, from: '198.51.100.7' })).toBe(403);
    expect(await gate.push(XML, { path })).toBe(200);
    expect(await gate.push(XML, { path: `${path}/` })).toBe(200);
  });

  test.each(['/api/gate/anpr-eventXYZ', '/api/gate/anpr-event/a/b', `/api/gate/anpr-event/${'a'.repeat(300)}`])(
    '%s is no path of a camera, whatever its address',
    async (path) => {
      expect(await gate.push(XML, { path })).toBe(403);
    },
  );

  test('two cameras behind one address are told apart by token, else by MAC', async () => {
    const mac = 'd4:e8:53:00:00:02';
    gate.cameras = [camera('in'), camera('out', { mac })];
    expect(
      await gate.push(XML.replace('<eventType>', `<macAddress>${mac.toUpperCase()}</macAddress><eventType>`)),
    ).toBe(200);
    expect(gate.sent.map((d) => d.camera)).toEqual(['out']);
    expect(await gate.push(XML)).toBe(200);
    expect(gate.sent).toHaveLength(1);
  });

  test('ranges and IPv6 are addresses too', async () => {
    gate.cameras = [camera('gate', { pushFrom: ['192.0.2.0/24', '2001:db8::/32'] })];
    expect(await gate.push(XML, { from: '192.0.2.77' })).toBe(200);
    expect(await gate.push(XML, { from: '::ffff:192.0.2.77' })).toBe(200);
    expect(await gate.push(XML, { from: '2001:db8::7' })).toBe(200);
    expect(await gate.push(XML, { from: '192.0.3.1' })).toBe(403);
  });
});

describe('every body form in the wild (ISAPI.md 5.1)', () => {
  test('a 7-series push: its plate at once, then whole with both pictures', async () => {
    const [head = '', ...rest] = sample('webhook_7series_composite.http').toString('latin1').split('\r\n\r\n');
    expect(head).toContain('boundary=boundary');
    expect(await gate.push(Buffer.from(rest.join('\r\n\r\n'), 'latin1'), { headers: FORM })).toBe(200);
    expect(gate.sent.map((d) => [d.plate, d.pictures.map((p) => p.kind)])).toEqual([
      ['TEST600', []],
      ['TEST600', ['plate', 'scene']],
    ]);
    expect([...gate.stored.values()].map((b) => b.length)).toEqual([125, 125]);
  });

  test('another event to the same URL is acknowledged and ignored', async () => {
    const boundary = /^--(\S+)/.exec(sample('webhook_non_anpr_event.multipart').toString('latin1'))?.[1];
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    expect(await gate.push(sample('webhook_non_anpr_event.multipart'), { headers })).toBe(200);
    expect(gate.sent).toEqual([]);
  });

  const part = (head: string) =>
    form([
      { head, body: XML },
      { head: 'Content-Disposition: form-data; name="x"', body: JPEG },
    ]);
  test.each<[string, Buffer | string, Record<string, string>]>([
    ['bare XML', XML, { 'content-type': 'application/xml' }],
    ['bare XML without a Content-Type', XML, {}],
    [
      'bare JSON',
      JSON.stringify({ eventType: 'ANPR', dateTime: '2026-11-22T10:00:00+05:00', ANPR: { licensePlate: '01A123BC' } }),
      { 'content-type': 'application/json' },
    ],
    [
      'a part called MoveDetection.xml',
      part('Content-Disposition: form-data; name="MoveDetection.xml"\r\nContent-Type: text/xml'),
      FORM,
    ],
    ['an octet-stream part without a name', part('Content-Type: application/octet-stream'), FORM],
    [
      'a boundary with dashes of its own',
      form([{ head: 'Content-Type: text/xml', body: XML }], '--MIME_boundary'),
      { 'content-type': 'multipart/form-data; boundary=--MIME_boundary' },
    ],
    ['a Content-Type that a proxy lost', part('Content-Type: text/xml'), {}],
    [
      'pictures before their event',
      form([
        { head: 'Content-Type: image/jpeg', body: JPEG },
        { head: 'Content-Type: text/xml', body: XML },
      ]),
      FORM,
    ],
  ])('%s', async (_name, body, headers) => {
    expect(await gate.push(body, { headers })).toBe(200);
    expect(gate.sent.at(-1)?.plate).toBe('01A123BC');
  });

  test('text that API Gateway did not encode', async () => {
    expect(await gate.push(XML, { base64: false })).toBe(200);
    expect(gate.sent).toHaveLength(1);
  });

  test.each(['', ' \r\n', 'test', '<html>login</html>', '<!DOCTYPE x><x/>', '{"a":', '--boundary\r\n', '\0\0\0'])(
    'what is empty or no plate gets 200: %j',
    async (body) => {
      expect(await gate.push(body, { headers: FORM })).toBe(200);
      expect(gate.sent).toEqual([]);
    },
  );

  test('a push of sixty broken events is one line of the log, with their number', async () => {
    const broken = Array.from({ length: 60 }, () => ({ head: 'Content-Type: text/xml', body: '<a><b></a>' }));
    expect(await gate.push(form(broken), { headers: FORM })).toBe(200);
    expect(gate.warnings).toMatchObject([{ event: 'webhook.part.refused', fault: 'event_malformed', count: 60 }]);
  });

  test('any bytes get 200, never an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expect(await gate.push(Buffer.from(bytes), { headers: FORM })).toBe(200);
      }),
    );
  });
});

describe('when a pushed read happened', () => {
  const HOUR_MS = 3_600_000;

  test('is mended where the bridge has measured how far the camera’s clock is off', async () => {
    gate.clockOffsetMs = HOUR_MS;
    expect(await gate.push(XML.replace('T05:', 'T06:').replace('T10:', 'T11:'))).toBe(200);
    expect(gate.sent).toMatchObject([
      { timeFrom: 'corrected', capturedAt: '2026-11-22T06:00:00.000Z', at: '2026-11-22T05:00:00.000Z' },
    ]);
  });

  test('is the camera’s word where that is when it came: its clock was put right since', async () => {
    gate.clockOffsetMs = HOUR_MS;
    expect(await gate.push(XML)).toBe(200);
    expect(gate.sent).toMatchObject([{ timeFrom: 'camera', at: '2026-11-22T05:00:00.000Z', late: false }]);
  });

  test('is the camera’s word where nobody has', async () => {
    expect(await gate.push(XML)).toBe(200);
    expect(gate.sent).toMatchObject([{ timeFrom: 'camera', at: '2026-11-22T05:00:00.000Z' }]);
  });

  test('is its arrival where its clock tells of what is still to come', async () => {
    expect(await gate.push(XML.replace('2026-', '2199-'))).toBe(200);
    const [read] = gate.sent;
    expect(read).toMatchObject({ timeFrom: 'arrival', at: read?.receivedAt, capturedAt: '2199-11-22T05:00:00.000Z' });
  });
});

describe('what is safe, what is too much', () => {
  test('too much is 413 before it is decoded', async () => {
    expect(await gate.push(Buffer.alloc(MAX_PUSH_BYTES + 1))).toBe(413);
    expect(await gate.push(Buffer.alloc(MAX_PUSH_BYTES, 0x20))).toBe(200);
  });

  test('with the queue away the camera is told to come again, not that all is well', async () => {
    gate.queueAway = true;
    expect(await gate.push(XML)).toBe(503);
    gate.queueAway = false;
    expect(await gate.push(XML)).toBe(200);
  });

  test('with the picture store away the plate is stored all the same', async () => {
    gate.picturesAway = true;
    const body = form([
      { head: 'Content-Type: text/xml', body: XML },
      { head: 'Content-Type: image/jpeg', body: JPEG },
    ]);
    expect(await gate.push(body, { headers: FORM })).toBe(200);
    expect(gate.sent.map((d) => [d.plate, d.pictures])).toEqual([['01A123BC', []]]);
  });
});
