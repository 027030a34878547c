import { expect, test } from 'vitest';
import { readEnvironment as readWith } from './environment.ts';

const complete = {
  GATE_CAMERA_IP: '203.0.113.7',
  GATE_CAMERA_USER: 'gate',
  GATE_CAMERA_PASS_SECRET: '/gate/camera/password',
  GATE_TABLE: 'gate',
  GATE_PICTURES_BUCKET: 'gate-pictures',
  GATE_JWT_ISSUER: 'https://issuer.example/',
  GATE_JWT_AUDIENCE: 'gate-camera',
};

const noFile = () => {
  throw new Error('no such file');
};
const readEnvironment = (env: Record<string, string | undefined>, readFile: (path: string) => string = noFile) =>
  readWith(env, readFile);

test('the api starts with a camera and four settings, and the others have their usual values', () => {
  expect(readEnvironment(complete)).toMatchObject({
    table: 'gate',
    bucket: 'gate-pictures',
    token: { issuer: 'https://issuer.example/', audience: 'gate-camera', rightsClaim: 'scope' },
    cameras: [{ id: 'gate', host: '203.0.113.7', password: { kind: 'stored', name: '/gate/camera/password' } }],
    origins: [],
    retentionDays: 90,
  });
  expect(readEnvironment({ ...complete, GATE_RETENTION_DAYS: '5' }).retentionDays).toBe(5);
});

test('origins are a list, and several cameras a file', () => {
  const { GATE_CAMERA_IP: _, ...others } = complete;
  const settings = { ...others, GATE_CAMERAS: '/cameras.json', GATE_ORIGINS: 'https://a.example, https://b.example' };
  const entry = (id: string) => ({ id, host: `${id}.example`, user: 'gate', passwordSecret: `/gate/${id}` });
  const environment = readEnvironment(settings, () => JSON.stringify([entry('entry'), entry('exit')]));
  expect(environment.cameras.map(({ id }) => id)).toEqual(['entry', 'exit']);
  expect(environment.origins).toEqual(['https://a.example', 'https://b.example']);
});

test('live video is shown only where its URL is set, with or without a trailing slash', () => {
  expect(readEnvironment(complete).liveUrl).toBeUndefined();
  const settings = { ...complete, GATE_LIVE_URL: 'https://gate.example/live/' };
  expect(readEnvironment(settings).liveUrl).toBe('https://gate.example/live');
});

test('a password in the environment of a function is refused, and not repeated', () => {
  const open = { ...complete, GATE_CAMERA_PASS_SECRET: undefined, GATE_CAMERA_PASS: 'Geh3im!s' };
  expect(() => readEnvironment(open)).toThrow('GATE_CAMERA_PASS_SECRET');
  expect(() => readEnvironment(open)).not.toThrow('Geh3im');
});

test('a wrong setting is named', () => {
  const named = (name: string, value: string | undefined) => () => readEnvironment({ ...complete, [name]: value });
  expect(named('GATE_TABLE', undefined)).toThrow('GATE_TABLE is missing');
  expect(named('GATE_JWT_ISSUER', 'http://issuer.example')).toThrow('GATE_JWT_ISSUER is no https URL');
  expect(named('GATE_CAMERA_IP', undefined)).toThrow('GATE_CAMERA_IP is missing');
  expect(named('GATE_RETENTION_DAYS', 'ever')).toThrow('GATE_RETENTION_DAYS is no number of days');
  expect(named('GATE_ORIGINS', 'freight')).toThrow('GATE_ORIGINS');
  expect(named('GATE_LIVE_URL', 'rtsp://gate.example/live')).toThrow('GATE_LIVE_URL is no http or https URL');
  expect(named('GATE_LIVE_URL', 'https://gate.example/live?ticket=')).toThrow('GATE_LIVE_URL must end with its path');
});
