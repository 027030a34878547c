import { describe, expect, test } from 'vitest';
import { readMediaConfig } from './config.ts';

const CAMERA = { GATE_CAMERA_IP: '203.0.113.9', GATE_CAMERA_USER: 'gate', GATE_CAMERA_PASS: 'invented-Pass1' };
const NEEDED = {
  ...CAMERA,
  GATE_STATE_FOLDER: '/var/lib/gate-camera',
  GATE_TABLE: 'gate-camera',
  GATE_JWT_ISSUER: 'https://issuer.example',
  GATE_JWT_AUDIENCE: 'gate-camera',
};
const KEYS = JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'k', alg: 'ES256' }] });
const read = (over: Record<string, string> = {}, file = KEYS) => readMediaConfig({ ...NEEDED, ...over }, () => file);

describe('the settings of the media process', () => {
  test('without any of its own, everything but the media is on loopback, at the seed’s ports', () => {
    const { door, mediamtx, webrtcHosts, origins, token } = read();
    expect(door).toEqual({ host: '127.0.0.1', port: 8880, trustedProxies: ['127.0.0.1', '::1'] });
    expect(mediamtx).toEqual({
      binary: undefined,
      rtspHost: '127.0.0.1',
      ports: { rtsp: 8554, webrtc: 8889, hls: 8888, api: 9997, media: 8189 },
    });
    expect([webrtcHosts, origins]).toEqual([[], []]);
    expect(token).toEqual({ issuer: 'https://issuer.example', audience: 'gate-camera', rightsClaim: 'scope' });
  });

  test('lists are taken apart at commas, and keys are read from their file', () => {
    const config = read({
      GATE_ORIGINS: 'https://app.example, https://desk.example',
      GATE_WEBRTC_HOSTS: '198.51.100.7,2001:db8::7',
      GATE_JWT_JWKS_FILE: 'keys.json',
    });
    expect(config.origins).toEqual(['https://app.example', 'https://desk.example']);
    expect(config.webrtcHosts).toEqual(['198.51.100.7', '2001:db8::7']);
    expect(config.token.jwks?.keys).toMatchObject([{ kty: 'EC', kid: 'k', alg: 'ES256', use: 'sig' }]);
  });

  test.each([
    [{ GATE_STATE_FOLDER: '' }, 'GATE_STATE_FOLDER'],
    [{ GATE_TABLE: 'ab' }, 'GATE_TABLE is no table name'],
    [{ GATE_JWT_ISSUER: 'http://issuer.example' }, 'GATE_JWT_ISSUER is no https URL'],
    [{ GATE_ORIGINS: 'app.example' }, 'GATE_ORIGINS holds something that is no origin'],
    [{ GATE_DOOR_PORT: '70000' }, 'GATE_DOOR_PORT is no port: 0 to 65535'],
    [{ GATE_DOOR_HOST: 'localhost' }, 'GATE_DOOR_HOST is no address'],
    [{ GATE_TRUSTED_PROXIES: 'proxy' }, 'GATE_TRUSTED_PROXIES holds something that is no address'],
    [{ GATE_WEBRTC_HOSTS: 'gate.example' }, 'GATE_WEBRTC_HOSTS holds something that is no address'],
    [{ GATE_CAMERA_IP: '' }, 'GATE_CAMERA_IP is missing'],
  ])('%o is one sentence with its name', (over, sentence) => {
    expect(() => read(over)).toThrow(sentence);
  });

  test('all mistakes are told at once, the camera’s and the key file’s among them', () => {
    const all = () =>
      read(
        { GATE_CAMERA_PORT: 'x', GATE_CAMERA_USER: '', GATE_TABLE: 'x', GATE_JWT_JWKS_FILE: 'keys.json' },
        'no keys',
      );
    const names = ['GATE_CAMERA_PORT', 'GATE_CAMERA_USER', 'GATE_TABLE', 'GATE_JWT_JWKS_FILE'];
    expect(all).toThrow(
      new RegExp(`^could not read the configuration: ${names.map((name) => `${name} .*`).join('\n')}$`),
    );
  });

  test('a file without keys is said without quoting it', () => {
    const broken = () => read({ GATE_JWT_JWKS_FILE: 'keys.json' }, '{"secret": "of-the-file"');
    expect(broken).toThrow('GATE_JWT_JWKS_FILE must name a readable file with a JSON key set');
    expect(broken).not.toThrow('of-the-file');
  });
});
