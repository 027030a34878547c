import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gate, openGate } from './gate.fixture.ts';
import { until } from './until.ts';

const WRONG = 'not-the-Password-1';
const RESTARTS = 3;

let gate: Gate;
beforeAll(async () => {
  gate = await openGate({ environment: { GATE_CAMERA_PASS: WRONG } });
});
afterAll(() => gate.close());

async function locked() {
  const state = await until('a locked stream', gate.state, ({ camera }) => camera.status === 'locked');
  await until('the log to say so', () => gate.logged('stream.locked').length > 0);
  return state;
}
const withCredentials = () => gate.camera.requests.filter(({ authorization }) => authorization !== 'none').length;

describe('a bridge with a wrong password', () => {
  test('logs in wrongly once, and says so in its state and once in its log', async () => {
    const { camera } = await locked();
    expect(camera.reason).toMatch(/guard is shut/);
    expect(gate.camera.logins).toMatchObject({ good: 0, bad: 1 });
    expect(gate.logged('guard.shut')).toMatchObject([{ level: 'error', why: 'bad_login', badLogins: 1, triesLeft: 4 }]);
    expect(gate.logged('stream.locked')).toHaveLength(1);
  });

  test('sends the camera nothing more, however often it is started again', async () => {
    const requests = gate.camera.requests.length;
    for (let n = 0; n < RESTARTS; n += 1) {
      await gate.restartBridge();
      await locked();
      expect(gate.logged('stream.locked')).toHaveLength(1);
    }
    expect(gate.camera.requests).toHaveLength(requests);
    expect([gate.camera.logins.bad, withCredentials()]).toEqual([1, 1]);
  });

  test('never prints the password', () => {
    expect(JSON.stringify(gate.system.bridge().lines)).not.toContain(WRONG);
  });

  test('works at once when it is started with the right one', async () => {
    await gate.restartBridge({ GATE_CAMERA_PASS: gate.camera.password });
    await gate.connected();
    await gate.camera.drive({ plate: '01A777AA' });
    await until('the truck', gate.reads, (reads) => reads.some(({ plate }) => plate === '01A777AA'));
    expect(gate.camera.logins.bad).toBe(1);
  });

  test('logs in wrongly once more when the password is changed at the camera, not until it is locked', async () => {
    gate.camera.setPassword('changed-Password-2');
    gate.camera.cutStreams();
    await locked();
    await gate.restartBridge({ GATE_CAMERA_PASS: gate.camera.password });
    await gate.connected();
    expect(gate.camera.logins.bad).toBe(2);
  });
});
