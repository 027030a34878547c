import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../support/secret.ts';
import { readCameras } from './cameras.ts';
import { accountOf } from './guard/account.ts';

const single = { GATE_CAMERA_IP: '203.0.113.7', GATE_CAMERA_USER: 'admin', GATE_CAMERA_PASS: 'Geh3im!s' };
const noFile = () => {
  throw new Error('there is no file');
};
const fromFile = (cameras: unknown) =>
  readCameras({ GATE_CAMERAS: '/etc/cameras.json' }, () => JSON.stringify(cameras));
const entry = { id: 'north', host: 'camera.example.org', user: 'gate', password: 'Geh3im!s' };

describe('one camera from the environment', () => {
  it('is called gate and has the usual ports', () => {
    const [camera] = readCameras(single, noFile);
    expect(camera).toMatchObject({ id: 'gate', host: '203.0.113.7', httpPort: 80, rtspPort: 554, user: 'admin' });
    expect(camera?.password.kind === 'given' && camera.password.secret.reveal()).toBe('Geh3im!s');
  });

  it('takes its ports and a stored password', () => {
    const { GATE_CAMERA_PASS: _, ...rest } = single;
    const env = {
      ...rest,
      GATE_CAMERA_PORT: '8080',
      GATE_CAMERA_RTSP_PORT: '1554',
      GATE_CAMERA_PASS_SECRET: '/gate/pass',
    };
    expect(readCameras(env, noFile)).toMatchObject([
      { httpPort: 8080, rtspPort: 1554, password: { kind: 'stored', name: '/gate/pass' } },
    ]);
  });

  it.each([
    ['GATE_CAMERA_IP', undefined, 'GATE_CAMERA_IP is missing'],
    ['GATE_CAMERA_IP', 'http://203.0.113.7', 'GATE_CAMERA_IP must be an address or host name'],
    ['GATE_CAMERA_PORT', '80a', 'GATE_CAMERA_PORT must be a port, 1 to 65535'],
    ['GATE_CAMERA_PORT', '65536', 'GATE_CAMERA_PORT must be a port'],
    ['GATE_CAMERA_RTSP_PORT', '0', 'GATE_CAMERA_RTSP_PORT must be a port'],
    ['GATE_CAMERA_USER', undefined, 'GATE_CAMERA_USER is missing'],
    ['GATE_CAMERA_USER', 'a"b', 'GATE_CAMERA_USER must be 1 to 64 ASCII characters'],
    ['GATE_CAMERA_PASS', undefined, 'GATE_CAMERA_PASS must be given once'],
    ['GATE_CAMERA_PASS', 'Geh3im!s\n', 'GATE_CAMERA_PASS must not contain line ends'],
    ['GATE_CAMERA_PASS_SECRET', '/gate/pass', 'GATE_CAMERA_PASS must be given once'],
    ['GATE_CAMERA_PASS_FILE', '/run/password', 'GATE_CAMERA_PASS must be given once'],
  ])('with %s = %j is refused by that name', (name, value, sentence) => {
    expect(() => readCameras({ ...single, [name]: value }, noFile)).toThrow(sentence);
  });

  it('names every wrong setting at once', () => {
    const env = { ...single, GATE_CAMERA_PORT: 'x', GATE_CAMERA_USER: '' };
    expect(() => readCameras(env, noFile)).toThrow(/GATE_CAMERA_PORT.*\n.*GATE_CAMERA_USER/);
  });

  it('and a file exclude each other', () => {
    expect(() => readCameras({ ...single, GATE_CAMERAS: '/x' }, noFile)).toThrow('exclude each other');
  });

  it('prints no password', () => {
    expect(inspect(readCameras(single, noFile), { depth: 9 })).not.toContain('Geh3im!s');
  });
});

describe('several cameras from a file', () => {
  it('are read with everything they may have', () => {
    const full = {
      ...entry,
      httpPort: 8080,
      allowBasic: true,
      timeZone: 'Asia/Tashkent',
      pushFrom: ['203.0.113.0/24', '2001:db8::1'],
      pushToken: 'abcdefgh12345678',
      mac: '44-19-B6-00-00-01',
      directions: { forward: 'in', reverse: 'out' },
    };
    const { password: _, ...stored } = entry;
    const [north, south] = fromFile([
      full,
      { ...stored, id: 'south', host: '192.0.2.99', passwordSecret: '/gate/south' },
    ]);
    expect(north).toMatchObject({
      id: 'north',
      allowBasic: true,
      timeZone: 'Asia/Tashkent',
      pushFrom: ['203.0.113.0/24', '2001:db8::1'],
      mac: '44:19:b6:00:00:01',
      directions: { forward: 'in', reverse: 'out' },
    });
    expect(north?.pushToken?.reveal()).toBe('abcdefgh12345678');
    expect(south).toMatchObject({ id: 'south', password: { kind: 'stored', name: '/gate/south' }, pushFrom: [] });
  });

  it.each([
    [{ id: 'North Gate' }, 'GATE_CAMERAS[0].id a camera id is'],
    [{ host: undefined }, 'GATE_CAMERAS[0].host is missing'],
    [{ httpPort: 1.5 }, 'GATE_CAMERAS[0].httpPort must be a port'],
    [{ timeZone: 'UTC+5' }, 'GATE_CAMERAS[0].timeZone must be an IANA time zone'],
    [{ pushFrom: ['203.0.113.0/33'] }, 'GATE_CAMERAS[0].pushFrom[0] must be an address or a network'],
    [{ pushFrom: '203.0.113.1' }, 'GATE_CAMERAS[0].pushFrom must be a list'],
    [{ pushFrom: ['203.0.113.1', '0.0.0.0/0'] }, 'GATE_CAMERAS[0].pushFrom[1] is wider than /8'],
    [{ pushFrom: ['128.0.0.0/1'] }, 'GATE_CAMERAS[0].pushFrom[0] is wider than /8'],
    [{ pushFrom: ['::/0'] }, 'GATE_CAMERAS[0].pushFrom[0] is wider than /8 (/32 of IPv6)'],
    [{ pushFrom: ['2001::/31'] }, 'GATE_CAMERAS[0].pushFrom[0] is wider than /8 (/32 of IPv6)'],
    // IPv4 as IPv6 writes it, whole and by halves.
    [{ pushFrom: ['::ffff:0:0/96'] }, 'GATE_CAMERAS[0].pushFrom[0] is wider than /8'],
    [{ pushFrom: ['::ffff:128.0.0.0/97'] }, 'GATE_CAMERAS[0].pushFrom[0] is wider than /8'],
    [{ pushFrom: ['::/64'] }, 'GATE_CAMERAS[0].pushFrom[0] is wider than /8'],
    [{ pushToken: 'short' }, 'GATE_CAMERAS[0].pushToken must be 16 to 128'],
    [{ mac: '44:19' }, 'GATE_CAMERAS[0].mac must be a MAC'],
    [{ directions: { forward: 'north', reverse: 'out' } }, 'GATE_CAMERAS[0].directions.forward must be "in" or "out"'],
    [{ pasword: 'x' }, 'GATE_CAMERAS[0] has no setting "pasword"'],
    [{ passwordSecret: '/a' }, 'GATE_CAMERAS[0].password must be given once'],
  ])('with %j are refused by its path', (wrong, sentence) => {
    expect(() => fromFile([{ ...entry, ...wrong }])).toThrow(sentence);
  });

  it('cannot share an id, a MAC, a token or an account: under two ids one wrong password would go out twice', () => {
    const both = { mac: '44:19:b6:00:00:01', pushToken: 'abcdefgh12345678' };
    expect(() =>
      fromFile([
        { ...entry, ...both },
        { ...entry, ...both, mac: '44-19-B6-00-00-01' },
      ]),
    ).toThrow(/\[1\]\.id .*\n.*\[1\]\.mac .*\n.*\[1\]\.user .*\n.*\[1\]\.pushToken /);
  });

  it('may push from any address with a token, and from what one operator owns without', () => {
    const [any, owned] = fromFile([
      { ...entry, pushFrom: ['0.0.0.0/0', '::/0'], pushToken: 'abcdefgh12345678' },
      { ...entry, id: 'south', host: '192.0.2.99', pushFrom: ['10.0.0.0/8', '2001:db8::/32', '::ffff:10.0.0.0/104'] },
    ]);
    expect([any?.pushFrom.length, owned?.pushFrom.length]).toEqual([2, 3]);
  });

  const mac = '44:19:b6:00:00:01';
  const pushToken = 'abcdefgh12345678';
  const alike =
    'mac is missing: another camera pushes from its address, and only a mac or a pushToken tells whose a push is';
  it.each([
    ['the one public address of their site', {}, {}, ['north', 'south']],
    ['one address that only one can be told by', { mac }, {}, ['south']],
    [
      'a network of the other',
      { pushFrom: ['192.0.2.0/24'] },
      { pushFrom: ['198.51.100.1', '192.0.2.7'] },
      ['north', 'south'],
    ],
  ])('that push from %s are refused where nothing tells them apart', (_, north, south, refused) => {
    const host = '203.0.113.7';
    const cameras = [
      { ...entry, host, ...north },
      { ...entry, id: 'south', host, httpPort: 8081, ...south },
    ];
    const said = refused.map((id) => `GATE_CAMERAS[${cameras.findIndex((camera) => camera.id === id)}].${alike}`);
    expect(() => fromFile(cameras)).toThrow(
      expect.objectContaining({ message: `could not read the configuration: ${said.join('\n')}` }),
    );
  });

  it.each([
    ['by a MAC each', { mac }, { mac: '44:19:b6:00:00:02' }],
    ['by the token of one, which the other may not show', { pushToken }, {}],
    ['by their addresses', { pushFrom: ['192.0.2.1'] }, { pushFrom: ['192.0.2.2'] }],
  ])('that push from one site are taken where they are told apart %s', (_, north, south) => {
    const host = '203.0.113.7';
    expect(
      fromFile([
        { ...entry, host, ...north },
        { ...entry, id: 'south', host, httpPort: 8081, ...south },
      ]),
    ).toHaveLength(2);
  });

  it.each([[{}], [[]], ['x']])('that are %j are refused', (wrong) => {
    expect(() => fromFile(wrong)).toThrow(/GATE_CAMERAS must/);
  });

  it('in a broken file are refused without a word of the file', () => {
    const read = () => readCameras({ GATE_CAMERAS: '/x' }, () => '[{"password": "Geh3im!s", }]');
    expect(read).toThrow('GATE_CAMERAS must name a readable file of valid JSON');
    expect(read).not.toThrow('Geh3im');
  });
});

describe("a camera's account", () => {
  const dependencies = {
    readSecret: async (name: string) => ({ secret: new Secret(`value of ${name}`), version: '12' }),
    labelPassword: async () => 'ab12cd34',
  };

  it('takes the version of the secret store where there is one, a label elsewhere', async () => {
    const { password: _, ...stored } = entry;
    const [given, kept] = fromFile([
      entry,
      { ...stored, id: 'south', host: '192.0.2.99', passwordSecret: '/gate/south' },
    ]);
    if (!given || !kept) throw new Error('two cameras were configured');
    await expect(accountOf(given, dependencies)).resolves.toMatchObject({ user: 'gate', passwordVersion: 'ab12cd34' });
    const account = await accountOf(kept, dependencies);
    expect(account.passwordVersion).toBe('12');
    expect(account.password.reveal()).toBe('value of /gate/south');
  });
});
