import { describe, expect, test } from 'vitest';
import { warningText } from './warning-text.ts';

const here = { url: 'http://127.0.0.1:8787', tokenFile: '.gate-camera/operator.jwt' };
const textOf = (line: Record<string, unknown> & { event: string }) => warningText({ level: 'error', ...line }, here);
const shut = {
  event: 'guard.shut',
  camera: 'gate',
  since: '2026-01-02T03:04:05.000Z',
  why: 'bad_login',
  triesLeft: 4,
  probeAt: '2026-01-02T03:34:05.000Z',
  badLogins: 1,
};
const rearm =
  'curl -X POST -H "Authorization: Bearer $(cat .gate-camera/operator.jwt)" http://127.0.0.1:8787/api/gate/cameras/gate/rearm';

describe('on the screen', () => {
  test('a shut guard says of which camera, why, when it asks by itself, and what a person can do', () => {
    const text = textOf(shut);
    expect(text).toMatch(/^guard\.shut \(gate\): the camera refused the login/);
    expect(text).toContain(new Date(shut.probeAt).toLocaleTimeString());
    expect(text.endsWith(rearm)).toBe(true);
  });

  test('a guard whose probe was refused too promises no further one', () => {
    const text = textOf({ ...shut, event: 'guard.probe_refused', badLogins: 2, probeAt: null });
    expect(text).toMatch(/^guard\.probe_refused \(gate\): the camera refused the login.* by itself never again/);
    expect(text.endsWith(rearm)).toBe(true);
  });

  test('a warning says of which camera or stream it is, and why where it knows', () => {
    const reason = 'could not reach the camera';
    expect(textOf({ event: 'stream.unreachable', camera: 'exit', reason })).toBe(
      `stream.unreachable (exit): ${reason}`,
    );
    expect(textOf({ event: 'video.stalled', stream: 'gate-sub' })).toBe('video.stalled (gate-sub)');
    expect(textOf({ event: 'mediamtx.version_unknown', note: 'not tried' })).toBe(
      'mediamtx.version_unknown: not tried',
    );
  });
});
