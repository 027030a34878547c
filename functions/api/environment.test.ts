import { expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';

const complete = {
  GATE_TABLE: 'gate',
  GATE_PICTURES_BUCKET: 'gate-pictures',
  GATE_JWT_ISSUER: 'https://issuer.example/',
  GATE_JWT_AUDIENCE: 'gate-camera',
};

test('the api starts with four settings, and the others have their usual values', () => {
  expect(readEnvironment(complete)).toEqual({
    table: 'gate',
    bucket: 'gate-pictures',
    token: { issuer: 'https://issuer.example/', audience: 'gate-camera', rightsClaim: 'scope' },
    cameras: ['gate'],
    origins: [],
  });
});

test('cameras and origins are lists', () => {
  const lists = { GATE_CAMERA_IDS: 'entry, exit', GATE_ORIGINS: 'https://a.example,https://b.example' };
  const environment = readEnvironment({ ...complete, ...lists });
  expect([environment.cameras, environment.origins]).toEqual([
    ['entry', 'exit'],
    ['https://a.example', 'https://b.example'],
  ]);
});

test('a wrong setting is named', () => {
  const named = (name: string, value: string | undefined) => () => readEnvironment({ ...complete, [name]: value });
  expect(named('GATE_TABLE', undefined)).toThrow('GATE_TABLE is missing');
  expect(named('GATE_JWT_ISSUER', 'http://issuer.example')).toThrow('GATE_JWT_ISSUER is no https URL');
  expect(named('GATE_CAMERA_IDS', 'The Gate')).toThrow('GATE_CAMERA_IDS');
  expect(named('GATE_ORIGINS', 'freight')).toThrow('GATE_ORIGINS');
});
