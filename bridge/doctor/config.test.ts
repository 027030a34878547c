import { expect, test } from 'vitest';
import { reasonOf } from '../../shared/support/errors.ts';
import { readDoctorConfig } from './config.ts';

const CAMERA = { GATE_CAMERA_IP: '192.0.2.1', GATE_CAMERA_USER: 'gate', GATE_CAMERA_PASS: 'invented-Pass1' };
const read = (over: Record<string, string> = {}) => readDoctorConfig({ ...CAMERA, ...over }, (path) => path);
const refusal = (over: Record<string, string>) => {
  try {
    return `taken: ${Object.keys(read(over))}`;
  } catch (error) {
    return reasonOf(error);
  }
};

test('a doctor is told of all mistakes at once, the camera’s and its own', () => {
  expect(refusal({ GATE_CAMERA_PORT: 'x', GATE_STATE_PORT: '70000', GATE_LIVE_URL: 'ftp://x' })).toMatch(
    /^could not read the configuration: GATE_CAMERA_PORT .*\nGATE_STATE_PORT is no port\nGATE_LIVE_URL is no http.*$/,
  );
  expect(refusal({ GATE_CAMERA_IP: '', GATE_API_URL: 'x' })).toMatch(
    /: neither GATE_CAMERA_IP nor GATE_CAMERAS is set\nGATE_API_URL is no .*$/,
  );
});

test('what bridge and media process would not start with is no mistake of the doctor’s, one sentence each', () => {
  const { complaints } = read({ GATE_QUEUE_URL: 'no-url', GATE_JWT_ISSUER: 'http://issuer.example' });
  expect(complaints).toContainEqual(expect.stringMatching(/^GATE_QUEUE_URL is no URL/));
  expect(complaints).toContainEqual('GATE_JWT_ISSUER is no https URL');
  expect(read().complaints).toEqual([]);
});
