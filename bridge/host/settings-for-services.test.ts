import { describe, expect, test } from 'vitest';
import { readCameras } from '../../shared/isapi/cameras.ts';
import { readBridgeConfig } from '../config.ts';
import { readMediaConfig } from '../media/config.ts';
import { nearestName } from './nearest-name.ts';
import { unfitForServices, unknownSettings } from './settings-for-services.ts';

const nothing = () => '';
const READERS = [
  (env: Parameters<typeof readBridgeConfig>[0]) => readBridgeConfig(env, nothing),
  (env: Parameters<typeof readMediaConfig>[0]) => readMediaConfig(env, nothing),
];

describe('settings for the services', () => {
  const unfit = (env: Record<string, string>, readable: string[] = []) => {
    const camera = { GATE_CAMERA_IP: '192.0.2.7', GATE_CAMERA_USER: 'gate', ...env };
    const password = env.GATE_CAMERA_PASS_FILE ? {} : { GATE_CAMERA_PASS: 'invented' };
    const cameras = readCameras({ ...camera, ...password }, nothing);
    return unfitForServices({ env, cameras, canRead: (path) => readable.includes(path) });
  };

  test('may name the folder that they write to, but no other', () => {
    expect(unfit({ GATE_STATE_FOLDER: '/var/lib/gate-camera' })).toEqual([]);
    expect(unfit({ GATE_STATE_FOLDER: '/tmp/elsewhere' })).toEqual([
      expect.stringMatching(/^GATE_STATE_FOLDER must be \/var\/lib\/gate-camera or left out/),
    ]);
  });

  test('give Node no options', () => {
    expect(unfit({ NODE_OPTIONS: '--inspect' })).toEqual([expect.stringMatching(/^NODE_OPTIONS must be left out/)]);
  });

  test.each(['/root/secret', '/home/operator/secret', '/tmp/secret', '/run/user/0/secret'])(
    'name no password file where the services see none: %s',
    (path) => {
      expect(unfit({ GATE_CAMERA_PASS_FILE: path }, [path])).toEqual([
        `the password file ${path} cannot be seen by the services; put it into /etc/gate-camera`,
      ]);
    },
  );

  test('name a password file that their user can read', () => {
    const path = '/etc/gate-camera/homely';
    expect(unfit({ GATE_CAMERA_PASS_FILE: path }, [path])).toEqual([]);
    expect(unfit({ GATE_CAMERA_PASS_FILE: path })).toEqual([
      expect.stringContaining('the user gate-camera cannot read it'),
    ]);
  });
});

test('what bridge, media process, doctor or door read is known, one camera’s settings and several’s alike', () => {
  const known = ['GATE_CAMERAS', 'GATE_CAMERA_PASS_FILE', 'GATE_STREAM', 'GATE_JWT_JWKS_FILE', 'GATE_LIVE_URL'];
  expect(unknownSettings([...known, 'AWS_ANYTHING'], READERS)).toEqual([]);
  expect(unknownSettings(['GATE_CAMERA_PASWORD', 'GATE_SOMETHING_ELSE'], READERS)).toEqual([
    'GATE_CAMERA_PASWORD is read by none of the services',
    'GATE_SOMETHING_ELSE is read by none of the services',
  ]);
});

test.each([
  ['GATE_STREAMM', 'GATE_STREAM'],
  ['GATE_STREM', 'GATE_STREAM'],
  ['GATE_STRAEM', 'GATE_STREAM'],
  ['GATE_QUEUE_URI', 'GATE_QUEUE_URL'],
  ['GATE_OTHER_THINGS', null],
])('by %s %s is meant', (name, meant) => {
  expect(nearestName(name, ['GATE_TABLE', 'GATE_QUEUE_URL', 'GATE_STREAM'])).toBe(meant);
});
