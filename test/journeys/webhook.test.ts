import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PushForm } from '../camera/push/push-forms.ts';
import { traffic } from '../camera/traffic.ts';
import { expectedRead, haveTwoPictures, whatWasTold } from './expected-read.ts';
import { cameraEntry, type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const WEBHOOK = '/api/gate/anpr-event';
const TOKEN = 'a-token-of-the-gate-0001';
const FOREIGN_ADDRESS = '192.0.2.7';
const ROADS = ['the API', 'the bridge on the LAN'] as const;
/** Forms that carry the pictures with the plate: every one, and of the bridge, which reads them by the same code, a few. */
const FORMS: Record<(typeof ROADS)[number], readonly PushForm[]> = {
  'the API': [
    'mnpr.xml',
    'xml_file',
    'nameless-alert',
    'pid-named',
    'bare-id-filename',
    'no-part-lengths',
    'bare-jpeg',
    'dashed-boundary',
    'dash-run-boundary',
    'quoted-boundary',
    'no-content-type',
  ],
  'the bridge on the LAN': ['pid-named', 'bare-jpeg', 'quoted-boundary'],
};
const FORMS_WITHOUT_PICTURES: PushForm[] = ['bare-xml', 'bare-xml-no-content-type'];
/** The bridge serves the webhook on the LAN and asks no camera for its stream. */
const LISTENING_BRIDGE = { GATE_STREAM: 'off', GATE_WEBHOOK_HOST: '127.0.0.1', GATE_WEBHOOK_PORT: '0' };
const vehicles = traffic(21);

const urls = ({ system }: Gate) => ({
  'the API': `${system.url}${WEBHOOK}`,
  'the bridge on the LAN': `http://127.0.0.1:${system.bridge().webhookPort}${WEBHOOK}`,
});

describe('a camera that pushes', () => {
  let gate: Gate;
  beforeAll(async () => {
    gate = await openGate({ environment: LISTENING_BRIDGE });
  });
  afterAll(() => gate.close());

  async function pushed(to: string, form: PushForm, pictures: number): Promise<void> {
    gate.camera.setPush(to, form);
    const entry = await gate.camera.drive(vehicles.next().value);
    expect(entry.reports).toEqual([{ streams: 0, push: { status: 200 } }]);
    const reads = await until('the read of the push', gate.reads, (all) =>
      all.some((read) => read.uuid === entry.uuid && read.pictures.length === pictures),
    );
    const mine = reads.filter(({ uuid }) => uuid === entry.uuid);
    const expected = expectedRead(entry);
    expect(mine.map(whatWasTold)).toEqual([{ ...expected, pictures: expected.pictures.slice(0, pictures) }]);
    expect(mine.map(({ sources }) => sources)).toEqual([['webhook']]);
  }

  describe.each(ROADS)('to %s', (road) => {
    test.each(['', '/'])('has its truck stored with both pictures, the URL ending in "%s"', (end) =>
      pushed(urls(gate)[road] + end, 'anpr.xml', 2),
    );
    test.each(FORMS[road])('may write the push as %s', (form) => pushed(urls(gate)[road], form, 2));
    test.each(FORMS_WITHOUT_PICTURES)('may push the plate alone, as %s', (form) => pushed(urls(gate)[road], form, 0));

    test.each(['empty', 'other-event'] as const)(
      'gets 200 for what is no plate (%s), and nothing is stored',
      async (form) => {
        const before = await gate.reads();
        gate.camera.setPush(urls(gate)[road], form);
        expect((await gate.camera.drive()).reports).toEqual([{ streams: 0, push: { status: 200 } }]);
        await pushed(urls(gate)[road], 'anpr.xml', 2);
        expect(await gate.reads()).toHaveLength(before.length + 1);
      },
    );
  });

  test('is not asked for its stream, nor for anything else', () => {
    expect(gate.camera.requests).toEqual([]);
    expect(gate.camera.ledger.length).toBeGreaterThan(20);
  });
});

describe('a camera with a token', () => {
  let gate: Gate;
  beforeAll(async () => {
    gate = await openGate({
      environment: LISTENING_BRIDGE,
      camerasFile: (camera) => [{ ...cameraEntry(camera), pushToken: TOKEN }],
    });
  });
  afterAll(() => gate.close());

  test.each(ROADS)('is let in with it in the path, with and without a slash behind it, at %s', async (road) => {
    const before = (await gate.reads()).length;
    for (const end of ['', '/']) {
      gate.camera.setPush(`${urls(gate)[road]}/${TOKEN}${end}`);
      const { reports } = await gate.camera.drive(vehicles.next().value);
      expect(reports).toEqual([{ streams: 0, push: { status: 200 } }]);
    }
    await until('both trucks', gate.reads, (reads) => reads.length === before + 2 && haveTwoPictures(reads));
  });

  test.each(ROADS)('is refused without it or with another one, at %s', async (road) => {
    for (const path of ['', '/', '/another-token-of-the-gate', `/${TOKEN}x`]) {
      gate.camera.setPush(urls(gate)[road] + path);
      expect((await gate.camera.drive()).reports).toEqual([{ streams: 0, push: { status: 403 } }]);
    }
  });
});

describe('a foreign address', () => {
  let gate: Gate;
  beforeAll(async () => {
    gate = await openGate({
      environment: LISTENING_BRIDGE,
      camerasFile: (camera) => [{ ...cameraEntry(camera), pushFrom: [FOREIGN_ADDRESS] }],
    });
  });
  beforeEach(() => gate.camera.setPush(null));
  afterAll(() => gate.close());

  const FORGED = [
    'X-Forwarded-For',
    'X-Real-IP',
    'Forwarded',
    'True-Client-IP',
    'CF-Connecting-IP',
    'X-Client-IP',
    'X-Amzn-Source-Ip',
  ];

  test.each(ROADS)('is refused with 403 whatever it forges in its headers, at %s', async (road) => {
    const body = '<EventNotificationAlert><ANPR><licensePlate>FORGED1</licensePlate></ANPR></EventNotificationAlert>';
    for (const name of FORGED) {
      const value = name === 'Forwarded' ? `for=${FOREIGN_ADDRESS}` : FOREIGN_ADDRESS;
      const answer = await fetch(urls(gate)[road], { method: 'POST', headers: { [name]: value }, body });
      expect(answer.status).toBe(403);
    }
    gate.camera.setPush(urls(gate)[road]);
    expect((await gate.camera.drive()).reports).toEqual([{ streams: 0, push: { status: 403 } }]);
    expect(await gate.reads()).toEqual([]);
    expect(gate.logged('webhook.accepted')).toEqual([]);
  });
});
