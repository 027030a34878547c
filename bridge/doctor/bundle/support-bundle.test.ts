import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCameras } from '../../../shared/isapi/cameras.ts';
import { systemClock as clock } from '../../../shared/support/clock.ts';
import { doctorDocument, unconfigured } from '../doctor-document.ts';
import { fail } from '../finding.ts';
import { redactor } from './redactor.ts';
import { type BundleFacts, supportBundle } from './support-bundle.ts';

const PASSWORD = 'p@ss: word/1';
const PUSH_TOKEN = 'invented-push-token-1';
const HOST = 'gate-camera.example.net';
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJvcGVyYXRvciJ9.c2lnbmF0dXJl';
const SEEN = 'HAULIER';
/** Far above what a loaded machine takes, far below what backtracking does. */
const LONG_MS = 10_000;
const TICKET = 'dGlja2V0LW9mLXRoZS1nYXRlLTAwMDE';

const cameras = readCameras({ GATE_CAMERAS: 'file' }, () =>
  JSON.stringify([
    { id: 'gate', host: HOST, user: 'gate', password: PASSWORD, pushToken: PUSH_TOKEN, pushFrom: ['203.0.113.9'] },
  ]),
);
const finding = {
  check: 'http-port',
  camera: cameras[0]?.id ?? null,
  tookMs: 3,
  ...fail(`${HOST}:8080 does not answer at 203.0.113.9`, 'look'),
} as const;

const bundleOf = (over: Partial<BundleFacts> = {}) =>
  supportBundle({
    document: doctorDocument([finding], clock),
    environment: {
      GATE_CAMERA_PASS: PASSWORD,
      GATE_TABLE: 'gate-table',
      AWS_SECRET_ACCESS_KEY: 'aws-secret-of-somebody',
      HOME: '/root',
    },
    cameras,
    secrets: [PASSWORD, PUSH_TOKEN, JWT],
    plates: [SEEN],
    release: 'abc',
    log: [],
    withAddresses: false,
    clock,
    ...over,
  });
const NAMING = JSON.stringify({ plates: ['5678-1234'], event: { licensePlate: 'GoFast' } });
const logged = (...log: string[]): string[] => JSON.parse(bundleOf({ log: [...log, NAMING] })).log.slice(0, -1);

/** Each with a line of a log, ours or not, that it might stand in. */
const LEAKS: [what: string, secret: string, line: string][] = [
  ['a password in a sentence', PASSWORD, `could not log in with ${PASSWORD} at all`],
  ['a password in a field', PASSWORD, JSON.stringify({ event: 'x.failed', reason: `tried ${PASSWORD}` })],
  ['a password in an RTSP URL', encodeURIComponent(PASSWORD), `rtsp://gate:${encodeURIComponent(PASSWORD)}@10.0.0.1/`],
  ['somebody else’s password in a URL', 'hunter-of-2', 'opening rtsp://admin:hunter-of-2@camera/1'],
  ['a password under its name', 'Abc-1', JSON.stringify({ settings: { rtspPassword: 'Abc-1' } })],
  ['a number under such a name', '778899', JSON.stringify({ password: 778899 })],
  ['a JWT', JWT, `GET / Authorization: Bearer ${JWT}`],
  ['a JWT of another issuer', 'eyJhbGciOiJIUzI1NiJ9', 'token eyJhbGciOiJIUzI1NiJ9.e30.aaaa was refused'],
  ['a viewer’s ticket', TICKET, `GET /gate-sub/index.m3u8?ticket=${TICKET}&x=1`],
  ['a session', '1b4e28ba-2fa1-11d2-883f-0016d3cca427', 'PATCH /gate-sub/whep/1b4e28ba-2fa1-11d2-883f-0016d3cca427'],
  ['a push token', PUSH_TOKEN, `POST /api/gate/anpr-event/${PUSH_TOKEN} 200`],
  ['another gate’s push token', 'other-token', 'POST /api/gate/anpr-event/other-token 403'],
  [
    'a digest',
    '6629fae49393a05397450978507c4ef1',
    'Digest username="gate", response="6629fae49393a05397450978507c4ef1"',
  ],
  ['an AWS key', 'AKIAIOSFODNN7EXAMPLE', 'credentials AKIAIOSFODNN7EXAMPLE are expired'],
  ['a secret of the environment', 'aws-secret-of-somebody', 'signed with aws-secret-of-somebody'],
  ['a signed link', 'deadbeefdeadbeef', 'https://b.s3/x.jpg?X-Amz-Signature=deadbeefdeadbeef&X-Amz-Expires=300'],
  ['a plate in a sentence', '01A123BC', 'the truck 01A123BC passed'],
  ['a plate in small letters', 'ab1234cd', 'read ab1234cd'],
  ['a plate of digits alone', '01234567', JSON.stringify({ event: 'x', note: 'saw 01234567' })],
  ['a plate in another script', '京A12345', 'read 京A12345'],
  ['a plate under its name', 'AB', JSON.stringify({ plate: 'AB', list: [{ licensePlate: 'AB' }] })],
  ['a plate with blanks', 'AB 123 CD', 'the truck AB 123 CD passed'],
  ['a plate with dashes in small letters', 'ab-123-cd', 'read ab-123-cd at lane 2'],
  ['a plate with dots', 'AB.123.CD', 'AB.123.CD.'],
  ['a plate with blanks in small letters', 'ab 123 cd', 'was it ab 123 cd or not'],
  ['a plate with words of ours beside it', '01 A 123 BC', 'in 01 A 123 BC at 12 s'],
  ['a plate in a file’s name', '34-ABC-56', '/pictures/34-ABC-56.jpg'],
  ['a plate of letters that was seen', SEEN, `the one called h-aulier: ${SEEN.toLowerCase()}`],
  ['a plate that another line names', '5678 1234', 'and 5678 1234 again'],
  ['a plate of two parts that another line names', 'GO FAST', 'said go fast'],
  ['a plate as a field’s name', '20R545PE', JSON.stringify({ counts: { '20R545PE': 2 } })],
  ['a plate of letters in a field of a text', 'WAGONER', 'node[1]: {"licensePlate":"WAGONER","lane":1'],
  ['a plate in JSON behind journald’s words', 'WAGONER', 'Nov 22 10:00:00 gate node[1]: {"licensePlate":"WAGONER"}'],
  ['a plate in JSON within JSON', 'WAGONER', JSON.stringify({ event: 'x', body: '{"licensePlate":"WAGONER"}' })],
  ['a plate in a query', 'WAGONER', 'GET /reads?licensePlate=WAGONER&x=1'],
  ['a plate in XML', 'WAGONER', 'got <licensePlate>WAGONER</licensePlate>'],
  ['a plate in XML with a prefix and an attribute', 'WAGONER', 'got <a:licensePlate b="c">WAGONER</a:licensePlate>'],
  ['a plate as a number', '1234567', JSON.stringify({ event: 'x', seen: 1234567 })],
  ['somebody’s password in XML', 'hunter-of-2', '<password>hunter-of-2</password>'],
  ['somebody’s password in JSON within JSON', 'Abc-of-1', JSON.stringify({ body: '{"password":"Abc-of-1"}' })],
  ['a plate in a long line of JSON', 'WAGONER', JSON.stringify({ licensePlate: 'WAGONER', pad: 'x '.repeat(5_000) })],
  ['the camera’s host', HOST, `could not reach ${HOST.toUpperCase()}:8080`],
  ['an address', '198.51.100.7', JSON.stringify({ event: 'viewer.refused', address: '198.51.100.7' })],
  ['an IPv6 address', '2001:db8::7', 'from [2001:db8::7]:443'],
  ['a MAC', '44:19:b6:00:00:01', 'mac 44:19:B6:00:00:01'],
];

describe('the support bundle', () => {
  test.each(LEAKS)('does not carry %s', (_what, secret, line) => {
    const text = JSON.stringify(logged(line));
    expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
    // The line itself is there.
    expect(logged(line)).toHaveLength(1);
  });

  test('carries none of them all together, in findings and settings either', () => {
    const text = bundleOf({ log: [...LEAKS.map(([, , line]) => line), NAMING] }).toLowerCase();
    for (const [what, secret] of LEAKS.filter(([, value]) => value.length > 4)) {
      expect(text.includes(secret.toLowerCase()), what).toBe(false);
    }
    expect(text).toContain('gate-table');
    expect(text).not.toContain('/root');
  });

  test('keeps what helps: events, times, fields that are numbers, our own words', () => {
    const line = {
      level: 'warn',
      time: '2026-11-22T10:00:00.123Z',
      event: 'camera.request_failed',
      camera: 'gate',
      afterMs: 10012,
    };
    expect(logged(JSON.stringify(line))).toEqual([line]);
    expect(logged('2026-11-22T10:00:00Z the guard is open')).toEqual(['2026-11-22T10:00:00Z the guard is open']);
    const { doctor } = JSON.parse(bundleOf());
    expect(doctor.findings[0]).toMatchObject({ check: 'http-port', seen: '<gate>:8080 does not answer at <address>' });
  });

  test('keeps addresses where they are asked for, and secrets never', () => {
    const text = bundleOf({ withAddresses: true, log: [`${HOST} 203.0.113.9 ${PASSWORD}`] });
    expect(text).toContain(`${HOST}:8080`);
    expect(text).toContain('203.0.113.9');
    expect(text).not.toContain(PASSWORD);
  });

  test('of a configuration that cannot be read leaks no more', () => {
    const environment = { GATE_CAMERA_IP: HOST, GATE_CAMERA_PORT: 'x', GATE_CAMERA_PASS: PASSWORD };
    const document = unconfigured(['GATE_CAMERA_PORT must be a port'], clock);
    const log = [`camera ${HOST} with ${PASSWORD}`];
    const text = bundleOf({ cameras: [], secrets: [], environment, document, log });
    expect(text).not.toContain(PASSWORD);
    expect(text).not.toContain(HOST);
  });

  test('is a document whatever the log holds, and a secret never comes through', () => {
    const around = fc.string({ maxLength: 40 });
    fc.assert(
      fc.property(around, around, fc.boolean(), (before, after, asJson) => {
        const text = `${before}${PASSWORD}${after}`;
        const line = asJson ? JSON.stringify({ [before]: text, list: [text] }) : text;
        expect(JSON.stringify(logged(line))).not.toContain(PASSWORD);
      }),
    );
  });

  test('does not carry a part of a password that the end of a long line cuts', () => {
    for (let before = 8_180; before < 8_192; before++) {
      const [text] = logged(`${'. '.repeat(before / 2)}${before % 2 ? '.' : ''}${PASSWORD} and on`);
      expect(text).not.toContain(PASSWORD.slice(0, 3));
    }
  });

  test('carries a password in none of the forms that programs write it in', () => {
    const secret = fc.stringMatching(/^[a-zé"'&<>\\/ +%=;@]{6,16}$/);
    const xml = (text: string) =>
      text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&apos;');
    const forms: ((text: string) => string)[] = [
      xml,
      (text) => [...text].map((sign) => `&#${sign.codePointAt(0)};`).join(''),
      (text) => encodeURIComponent(text).replace(/%../g, (found) => found.toLowerCase()),
      (text) => new URLSearchParams({ x: text }).toString().slice(2),
      (text) => encodeURIComponent(encodeURIComponent(text)),
      (text) => JSON.stringify(text).slice(1, -1),
      (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
      (text) => Buffer.from(text).toString('base64'),
    ];
    fc.assert(
      fc.property(secret, fc.constantFrom(...forms), (password, form) => {
        const text = redactor({ secrets: [password], cameras: [], plates: [], withAddresses: true }).own(
          `(${form(password)})`,
        );
        expect(text).toBe('(***)');
      }),
    );
  });

  test('is soon done with a long line of nothing in particular', () => {
    const begunAt = performance.now();
    logged('x'.repeat(1_000_000), `key${'-'.repeat(100_000)}`, '1'.repeat(100_000), ':'.repeat(100_000));
    expect(performance.now() - begunAt).toBeLessThan(LONG_MS);
  });
});
