import { describe, expect, test } from 'vitest';
import { readCameras } from './cameras.ts';

const settings = { GATE_CAMERA_IP: '192.0.2.1', GATE_CAMERA_USER: 'gate', GATE_CAMERA_PASS: 'x' };
const homeAfter = (seconds?: string) =>
  readCameras({ ...settings, GATE_CAMERA_HOME_AFTER_SECONDS: seconds }, () => '')[0]?.homeAfterSeconds;

describe('how long a lens may be away', () => {
  test('is the camera’s own setting, or nobody’s', () => {
    expect(homeAfter('45')).toBe(45);
    expect(homeAfter()).toBeUndefined();
  });

  test.each(['9', '86401', 'soon', '-60', '1e3'])('%s is refused by the name of the setting', (seconds) => {
    expect(() => homeAfter(seconds)).toThrow('GATE_CAMERA_HOME_AFTER_SECONDS must be a number of seconds, 10 to 86400');
  });

  test('is a number in the file of several cameras', () => {
    const entry = { id: 'gate', host: '192.0.2.1', user: 'gate', password: 'x', homeAfterSeconds: 300 };
    expect(readCameras({ GATE_CAMERAS: 'f' }, () => JSON.stringify([entry]))[0]?.homeAfterSeconds).toBe(300);
  });
});
