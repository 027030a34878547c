import { afterEach, describe, expect, test } from 'vitest';
import { ask } from '../../test/camera/camera-client.ts';
import type { CameraOptions } from '../../test/camera/camera-options.ts';
import { freePort } from '../../test/local/media-process.ts';
import { openAnswering, type Reply } from './checks/answering.fixture.ts';
import { CHECK_NAMES, type CheckName, type Status } from './finding.ts';
import { findingOf, openPractice, type Practice } from './visit.fixture.ts';

const WRONG = 'not-the-Password-1';
/** A label that long can be no name, so that no resolver is asked. */
const UNKNOWN_NAME = `${'a'.repeat(64)}.invalid`;
const YEARS_8_MS = 8 * 366 * 86_400_000;
const WITH_CREDENTIALS = (practice: Practice) =>
  practice.camera.requests.filter(({ authorization }) => authorization !== 'none').length;

let practice: Practice;
const start = async (options: CameraOptions = {}) => {
  practice = await openPractice(options);
  return practice;
};
afterEach(() => practice.close());

describe('a healthy camera', () => {
  test('is asked everything in the order in which things can be wrong, by one login over HTTP', async () => {
    const { visit, camera } = await start();
    const { findings, first } = await visit();
    expect(findings.map(({ check }) => check)).toEqual(CHECK_NAMES);
    const bad = findings.filter(({ status }) => status === 'fail');
    expect(bad).toEqual([]);
    // The machine of the test has no MediaMTX.
    expect(first?.check).toBe('mediamtx');
    expect(camera.requests.filter(({ authorization }) => authorization === 'none')).toHaveLength(1);
    expect(camera.logins.bad).toBe(0);
  });

  test('that wants a fresh login for every address gets only good ones', async () => {
    const { visit, camera } = await start({ auth: { nonceBoundToUrl: true } });
    expect((await visit()).status).toBe('warn');
    expect((await visit()).status).toBe('warn');
    expect(camera.logins.bad).toBe(0);
  });

  test('that takes each nonce once, and says it as if the password were wrong, keeps its guard open', async () => {
    const spentNonce = { body: 'userCheck', challenge: false, stale: false } as const;
    const { visit, camera } = await start({ auth: { nonceUses: 1, spentNonce } });
    expect((await visit()).status).toBe('warn');
    const guard = findingOf(await visit(), 'guard');
    expect(guard).toMatchObject({ status: 'ok' });
    expect(camera.logins.bad).toBe(0);
  });

  test('is not written to', async () => {
    const { visit, camera } = await start({ pushTo: 'http://192.0.2.9:8123/somebody/elses' });
    const { seen } = findingOf(await visit(), 'notification-hosts');
    expect(seen).toContain('pushes go elsewhere');
    // Other people's paths may be their secrets.
    expect(seen).not.toContain('elses');
    expect(camera.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });
});

type Fault = [name: string, options: CameraOptions, check: CheckName, status: Status, seen: RegExp, change: RegExp];

/** What each camera's first finding is; every state of ISAPI.md 11 that a look from outside can see. */
const FAULTS: Fault[] = [
  ['old firmware', { firmware: 'v5.4.5' }, 'firmware', 'fail', /V5\.4\.5 .*sends no plates/, /upgrade/],
  ['a clock in 2034', { cameraClock: { offsetMs: YEARS_8_MS } }, 'clock', 'fail', /8 years ahead/, /NTP/],
  ['a clock an hour late', { cameraClock: { offsetMs: -3_600_000 } }, 'clock', 'fail', /60 minutes behind/, /NTP/],
  ['a clock ten seconds off', { cameraClock: { offsetMs: 10_000 } }, 'clock', 'warn', /(9|10) s ahead/, /NTP/],
  ['the factory’s zone', { cameraClock: { zoneMinutes: 480 } }, 'clock', 'warn', /factory/, /zone/],
  ['a clock set by hand', { cameraClock: { mode: 'manual' } }, 'clock', 'warn', /manual.*drift/, /NTP/],
  ['ANPR that tells nobody', { anpr: 'without-center' }, 'anpr', 'fail', /goes to record/, /Surveillance Center/],
  ['ANPR that is not told', { anpr: 'untold' }, 'anpr', 'warn', /does not list/, /look yourself/],
  ['a full house', { faults: { connect: { name: 'full-house' } } }, 'stream', 'fail', /streams are taken/, /who does/],
  ['a busy stream', { faults: { connect: { name: 'busy' } } }, 'stream', 'fail', /busy/, /who does/],
  [
    'a stream without a byte',
    { faults: { connect: { name: 'silent-after-head' } } },
    'stream',
    'fail',
    /nothing came/,
    /restart/,
  ],
  ['no memory of plates', { plates: { supported: false } }, 'plates-memory', 'warn', /keeps no plates/, /lost/],
  ['H.265', { faults: { rtsp: { name: 'h265' } } }, 'video-main', 'fail', /H265/, /H\.264/],
  ['B-frames', { faults: { rtsp: { name: 'b-frames' } } }, 'video-main', 'fail', /B-frames/, /Baseline/],
  [
    'a channel switched off',
    { faults: { rtsp: { name: 'not-found' } } },
    'video-main',
    'fail',
    /none at/,
    /Main Stream/,
  ],
  [
    'video that refuses the login',
    { faults: { rtsp: { name: 'unauthorized' } } },
    'video-main',
    'fail',
    /by RTSP/,
    /digest.*rearm/,
  ],
];

describe('a camera with one fault', () => {
  test.each(FAULTS)('%s is named first', async (_name, options, check, status, seen, change) => {
    const { visit, camera } = await start(options);
    const document = await visit();
    expect(document.first?.check).toBe(check);
    const finding = findingOf(document, check);
    expect(finding).toMatchObject({ status, seen: expect.stringMatching(seen), change: expect.stringMatching(change) });
    expect(camera.logins.bad).toBeLessThanOrEqual(1);
  });

  test('a zone that is not the configured one is named', async () => {
    const { visit, namedWith } = await start({ cameraClock: { zoneMinutes: 180 } });
    expect(findingOf(await visit(namedWith({ timeZone: 'Africa/Nairobi' })), 'clock').status).toBe('ok');
    expect(findingOf(await visit(namedWith({ timeZone: 'Asia/Tashkent' })), 'clock')).toMatchObject({
      status: 'warn',
      seen: expect.stringContaining('not the zone of Asia/Tashkent (UTC+05:00)'),
    });
  });

  test('video that refuses the login is not asked for the other stream', async () => {
    const { visit, camera } = await start({ faults: { rtsp: { name: 'unauthorized' } } });
    expect(findingOf(await visit(), 'video-sub').status).toBe('skipped');
    expect(camera.logins.bad).toBe(1);
  });
});

describe('a wrong password', () => {
  test('is one refused login, and the next run sends none', async () => {
    const { visit, camera } = await start();
    const document = await visit({ GATE_CAMERA_PASS: WRONG });
    expect(document.first?.check).toBe('login');
    expect(findingOf(document, 'login')).toMatchObject({ status: 'fail', seen: expect.stringMatching(/4 tries left/) });
    expect(camera.logins).toMatchObject({ good: 0, bad: 1 });
    expect(camera.video.requests).toEqual([]);

    const sent = camera.requests.length;
    const again = await visit({ GATE_CAMERA_PASS: WRONG });
    expect(again.first?.check).toBe('guard');
    expect(findingOf(again, 'guard').seen).toContain('no login was sent');
    expect([camera.requests.length, camera.logins.bad]).toEqual([sent, 1]);
    expect(JSON.stringify([document, again])).not.toContain(WRONG);
  });

  test('put right, all is well', async () => {
    const { visit, camera } = await start();
    await visit({ GATE_CAMERA_PASS: WRONG });
    expect((await visit()).status).toBe('warn');
    expect(camera.logins.bad).toBe(1);
  });

  test('no run takes the probe away from the bridge', async () => {
    const { visit, camera } = await start();
    await visit({ GATE_CAMERA_PASS: WRONG });
    for (let run = 0; run < 3; run += 1) await visit({ GATE_CAMERA_PASS: WRONG });
    expect(camera.logins.bad).toBe(1);
  });
});

test('a locked camera is told by its own words, and gets no password', async () => {
  const { visit, camera } = await start({ auth: { lockAfter: 1 } });
  await ask(camera, '/ISAPI/Security/userCheck', { authorization: 'Basic eDp5' });
  const bad = camera.logins.bad;
  const document = await visit();
  expect(document.first?.check).toBe('login');
  expect(findingOf(document, 'login')).toMatchObject({
    status: 'fail',
    seen: expect.stringContaining('says that it is locked'),
    change: expect.stringContaining('do not try passwords'),
  });
  expect([WITH_CREDENTIALS(practice), camera.logins.bad]).toEqual([1, bad]);
});

describe('a port that is not there', () => {
  test('HTTP refused is named first, and nobody logs in', async () => {
    const { visit, camera } = await start();
    const document = await visit({ GATE_CAMERA_PORT: String(await freePort()) });
    expect(document.first?.check).toBe('http-port');
    expect(findingOf(document, 'http-port').seen).toContain('refuses');
    expect(findingOf(document, 'login')).toMatchObject({
      status: 'skipped',
      seen: expect.stringContaining('http-port'),
    });
    expect(camera.requests).toEqual([]);
  });

  test('RTSP refused is named first, and everything else is looked at', async () => {
    const { visit } = await start();
    const document = await visit({ GATE_CAMERA_RTSP_PORT: String(await freePort()) });
    expect(document.first?.check).toBe('rtsp-port');
    expect(findingOf(document, 'plates-memory').status).toBe('ok');
    expect(findingOf(document, 'video-main').status).toBe('skipped');
  });

  test('a name that DNS does not know is called that', async () => {
    const { visit } = await start();
    const document = await visit({ GATE_CAMERA_IP: UNKNOWN_NAME });
    expect(findingOf(document, 'http-port').seen).toContain('DNS');
  });

  test('the other port of the camera, which speaks no HTTP, is no camera', async () => {
    const { visit, camera } = await start();
    const document = await visit({ GATE_CAMERA_PORT: String(camera.rtspPort) });
    expect(document.first?.check).toBe('login');
    expect(findingOf(document, 'login').change).toContain('is it forwarded to the camera’s HTTP port');
    expect(camera.logins.bad).toBe(0);
  });
});

/** Where a forwarded port may lead instead of to the camera. */
const NO_CAMERAS: [name: string, reply: Reply, seen: RegExp, change: RegExp][] = [
  [
    'a router’s page',
    { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' },
    /web page/,
    /router’s own/,
  ],
  ['a page that sends elsewhere', { status: 302, headers: { Location: '/login' } }, /302/, /router’s own/],
  [
    'a page that asks for Basic',
    { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } },
    /Basic/,
    /digest/,
  ],
  ['a page that knows no ISAPI', { status: 404, body: 'none' }, /404/, /ISAPI switched on/],
];

describe('a port that leads to somebody else', () => {
  test.each(NO_CAMERAS)('%s is named first, and gets no password', async (_name, reply, seen, change) => {
    const { visit } = await start();
    const other = await openAnswering(() => reply);
    try {
      const document = await visit({ GATE_CAMERA_PORT: new URL(other.url).port });
      expect(document.first?.check).toBe('login');
      const { seen: said, change: told } = findingOf(document, 'login');
      expect([said, told]).toEqual([expect.stringMatching(seen), expect.stringMatching(change)]);
      for (const line of other.asked) expect(line).toMatch(/without a token$/);
    } finally {
      other.close();
    }
  });

  test('what hangs up on a login was told a password, and gets no second one by RTSP nor at the next visit', async () => {
    const { visit, camera } = await start();
    const digest = { status: 401, headers: { 'WWW-Authenticate': 'Digest realm="x", nonce="1", qop="auth"' } };
    const other = await openAnswering((_, hasCredentials) => (hasCredentials ? 'reset' : digest));
    try {
      const settings = { GATE_CAMERA_PORT: new URL(other.url).port, GATE_CAMERA_PASS: WRONG };
      const document = await visit(settings);
      expect(document.first?.check).toBe('login');
      expect(findingOf(document, 'video-main').status).toBe('skipped');
      expect((await visit(settings)).first?.check).toBe('guard');
      expect(other.asked.filter((line) => line.includes('Digest'))).toHaveLength(1);
      expect(camera.logins.bad).toBe(0);
    } finally {
      other.close();
    }
  });

  test('the camera’s HTTP port speaks no RTSP, and that is said of the port', async () => {
    const { visit, camera } = await start();
    const document = await visit({ GATE_CAMERA_RTSP_PORT: String(camera.port) });
    expect(document.first?.check).toBe('video-main');
    expect(findingOf(document, 'video-main').change).toContain('is GATE_CAMERA_RTSP_PORT forwarded');
  });
});

test('what the bridge would not start with is named before anything else', async () => {
  const { visit } = await start();
  const document = await visit({ GATE_QUEUE_URL: 'no-url', GATE_TABLE: '' });
  expect(document.first?.check).toBe('configuration');
  expect(findingOf(document, 'configuration').seen).toMatch(/GATE_QUEUE_URL is no URL.*GATE_TABLE/);
});
