import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyRow, shutBy } from '../../shared/isapi/guard/row.ts';
import type { CameraReport } from '../../shared/store/camera-states.ts';
import { camera, NOW, standingClock } from '../../shared/store/detection.fixture.ts';
import { isoInstant } from '../../shared/support/clock.ts';
import { type ApiBench, openApi, PASSWORD_VERSION } from './api.fixture.ts';
import { CameraAnswer, CameraList, GuardAnswer } from './camera-answer.ts';

const ago = (seconds: number) => isoInstant(NOW - seconds * 1_000);
const gateId = camera('gate');

const healthy = (reportedAt: string): CameraReport => ({
  reportedAt,
  stream: { status: 'connected', since: ago(7_200), reason: null },
  reading: { status: 'quiet_expected', reason: 'no read for 3 h; at this hour hardly a truck comes' },
  lastHeartbeatAt: ago(4),
  lastReadAt: ago(60),
  readsToday: { day: '2026-11-22', count: 412 },
  clockOffsetMs: -320,
  model: 'DS-2CD4A26FWD-IZS/P',
  firmware: 'V5.4.5 build 170123',
  firmwareNote: 'firmware V5.4.5 sends no plates: upgrade to V5.4.7 or later',
  outbox: { reads: 0, pictures: 2, dropped: 0, bad: 0 },
});

let gate: ApiBench;
beforeAll(async () => {
  gate = await openApi();
});
afterAll(() => gate?.close());

async function ask(path: string, headers = gate.operator(), clock = standingClock()) {
  const response = await gate.api({ clock }).request(path, { headers });
  return { status: response.status, body: await response.json() };
}

describe('how a camera is', () => {
  test('is unknown when the bridge has never said anything', async () => {
    const { status, body } = await ask('/api/gate/cameras/exit');
    expect(status).toBe(200);
    expect(CameraAnswer.parse(body)).toMatchObject({
      id: 'exit',
      stream: { status: 'unknown', since: null, reason: 'the bridge has never reported' },
      reading: { status: 'unknown', reason: 'the bridge has never reported' },
      lastReadAt: null,
      readsToday: null,
      guard: { status: 'open', badLogins: 0 },
      reportedAt: null,
    });
  });

  test('is what the bridge said within the last 90 s, firmware note and all', async () => {
    await gate.states.write(gateId, healthy(ago(89)));
    const { body } = await ask('/api/gate/cameras/gate/');
    const { readsToday: _, ...said } = healthy(ago(89));
    expect(CameraAnswer.parse(body)).toMatchObject({ id: 'gate', ...said, readsToday: 412 });
  });

  test.each([
    ['too old', ago(91)],
    ['from a clock that is ahead of ours', ago(-91)],
  ])('is unknown, never fine, when what the bridge said is %s', async (_, reportedAt) => {
    await gate.states.write(gateId, healthy(reportedAt));
    const { body } = await ask('/api/gate/cameras/gate');
    expect(CameraAnswer.parse(body)).toMatchObject({
      stream: { status: 'unknown', since: reportedAt },
      reading: { status: 'unknown', reason: 'the bridge does not report any more' },
      readsToday: null,
      clockOffsetMs: null,
      outbox: null,
      lastReadAt: ago(60),
      model: 'DS-2CD4A26FWD-IZS/P',
    });
  });

  test('is told of all cameras on one page, in the order of the configuration', async () => {
    const { body } = await ask('/api/gate/cameras');
    const { items, cursor } = CameraList.parse(body);
    expect(items.map(({ id }) => id)).toEqual(['gate', 'exit']);
    expect(cursor).toBeNull();
  });

  test.each([
    ['/api/gate/cameras/nowhere', 404, 'not_found'],
    ['/api/gate/cameras/No-Where', 400, 'invalid_request'],
  ])('%s answers %i', async (path, expected, code) => {
    const { status, body } = await ask(path);
    expect([status, body]).toMatchObject([expected, { code }]);
  });

  test('is nobody’s business without a token or the right', async () => {
    expect((await ask('/api/gate/cameras', {})).status).toBe(401);
    expect((await ask('/api/gate/cameras', gate.operator(['gate:control']))).status).toBe(403);
  });
});

describe('a guard that is shut', () => {
  const admin = () => gate.operator(['gate:admin']);
  const rearm = async (id: string, headers = admin()) => {
    const response = await gate.api().request(`/api/gate/cameras/${id}/rearm`, { method: 'POST', headers });
    return { status: response.status, body: await response.json() };
  };
  beforeAll(async () => {
    const notice = { triesLeft: 4, unlockSeconds: null };
    const lost = { passwordVersion: PASSWORD_VERSION, logins: 1, why: 'bad_login' as const, notice, now: NOW };
    await gate.ledger.write(gateId, { ...shutBy(emptyRow, lost), version: 1 }, 0);
  });

  test('is told by its own row, though the bridge is silent', async () => {
    const { body } = await ask('/api/gate/cameras/gate');
    expect(CameraAnswer.parse(body).guard).toEqual({
      status: 'shut',
      since: isoInstant(NOW),
      why: 'bad_login',
      badLogins: 1,
      triesLeft: 4,
      probeAt: ago(-1_800),
    });
  });

  test('is opened by nobody without the right to', async () => {
    expect((await rearm('gate', {})).status).toBe(401);
    const { status, body } = await rearm('gate', gate.operator(['gate:read', 'gate:control']));
    expect([status, body]).toMatchObject([403, { code: 'forbidden' }]);
    expect((await rearm('nowhere')).status).toBe(404);
    await expect(gate.ledger.read(gateId)).resolves.toMatchObject({ version: 1 });
  });

  test('is opened by an operator’s word, said once or twice, and the log keeps who said it', async () => {
    for (let n = 0; n < 2; n += 1) {
      const { status, body } = await rearm('gate');
      expect(status).toBe(200);
      expect(GuardAnswer.parse(body)).toMatchObject({ status: 'open', since: null, badLogins: 1 });
    }
    await expect(gate.ledger.read(gateId)).resolves.toMatchObject({ version: 2 });
    const said = JSON.stringify({ camera: 'gate', operator: 'operator' });
    expect(gate.logged).toContain(`guard.rearmed ${said}`);
  });
});
