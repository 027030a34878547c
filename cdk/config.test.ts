import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rejected } from '../shared/support/errors.ts';
import { readConfig } from './config.ts';

const EXAMPLE: unknown = JSON.parse(readFileSync(new URL('./example.config.json', import.meta.url), 'utf8'));
const CERTIFICATE = 'arn:aws:acm:eu-central-1:111122223333:certificate/invented-1';
const CAMERA = { id: 'gate', host: '203.0.113.20', user: 'gate-camera' };

/** The example with some settings replaced; undefined takes one away. */
const withSettings = (settings: Record<string, unknown>) => JSON.stringify({ ...Object(EXAMPLE), ...settings });

function refusal(text: string): string {
  try {
    readConfig(text, 'here.json');
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(Rejected);
    return thrown instanceof Error ? thrown.message : '';
  }
  throw new Error('the configuration was taken');
}

const MISTAKES: [mistake: string, settings: Record<string, unknown>, sentence: string][] = [
  ['no camera', { cameras: [] }, 'cameras must name at least one camera'],
  [
    'a camera named by its URL',
    { cameras: [{ ...CAMERA, host: 'http://203.0.113.20' }] },
    'cameras[0].host must be an address or host name, without http:// and port',
  ],
  [
    'a password in the file',
    { cameras: [CAMERA, { ...CAMERA, id: 'exit', password: 'invented-Pass9' }] },
    'cameras[1].password must not stand here: `npm run set-camera-password` puts it where only bridge and api read it',
  ],
  [
    'two cameras of one id',
    { cameras: [CAMERA, { ...CAMERA, host: '203.0.113.21' }] },
    "cameras[1].id is another camera's already",
  ],
  [
    'a camera that the whole internet may push for',
    { cameras: [CAMERA, { ...CAMERA, id: 'exit', host: '203.0.113.21', pushFrom: ['192.0.2.9', '0.0.0.0/0'] }] },
    'cameras[1].pushFrom[1] is wider than /8 (/32 of IPv6): from so many addresses a push needs a pushToken as well',
  ],
  [
    'two cameras behind one address whose pushes nothing tells apart',
    { cameras: [CAMERA, { ...CAMERA, id: 'exit', httpPort: 8081, mac: '44:19:b6:00:00:02' }] },
    'cameras[0].mac is missing: another camera pushes from its address, and only a mac or a pushToken tells whose a push is',
  ],
  ...['192.168.0.240', '127.0.0.1', 'localhost', 'camera', 'fd00::1', 'cam.local'].map(
    (host): [string, Record<string, unknown>, string] => [
      `a camera at ${host}`,
      { cameras: [{ ...CAMERA, host }] },
      'cameras[0].host is out of reach of AWS: the public address of the gate is wanted, with the ports that are forwarded to the camera',
    ],
  ),
  [
    'an address that is none',
    { cameras: [{ ...CAMERA, host: '203.0.113.700' }] },
    'cameras[0].host must be an address or host name, without http:// and port',
  ],
  [
    'one port for two things',
    { cameras: [{ ...CAMERA, httpPort: 8080, rtspPort: 8080 }] },
    'cameras[0].rtspPort is the HTTP port already',
  ],
  [
    'a camera that only pushes, known by a name',
    { cameras: [{ ...CAMERA, host: 'gate.example.com', stream: 'off' }] },
    'cameras[0].pushFrom is missing: by its name nobody knows whose a push is, and it does nothing but push',
  ],
  [
    'a parameter of AWS’s own',
    { cameras: [{ ...CAMERA, passwordSecret: '/aws/password' }] },
    'cameras[0].passwordSecret must be the name of a parameter such as /gate-camera/cameras/gate/password',
  ],
  [
    'a machine that is none',
    { bridge: { instanceType: 't4g.smal' } },
    'bridge.instanceType must be an arm64 type such as t4g.small, with 1 GiB of memory at least',
  ],
  [
    'more origins than a function takes',
    { origins: Array.from({ length: 200 }, (_, n) => `https://terminal-${n}.example.com`) },
    'origins must not be longer than 2000 characters together: a function takes no more',
  ],
  [
    'a stream neither on nor off',
    { cameras: [{ ...CAMERA, stream: false }] },
    'cameras[0].stream must be "on" or "off"',
  ],
  ['a camera setting that does not exist', { cameras: [{ ...CAMERA, port: 80 }] }, 'cameras[0] has no setting "port"'],
  ['a setting that does not exist', { region: 'eu-central-1' }, 'the file has no setting "region"'],
  [
    'an issuer without TLS',
    { tokens: { issuer: 'http://login.example.com', audience: 'gate' } },
    'tokens.issuer must be an https URL, or "cognito" for a user pool made here',
  ],
  [
    'an issuer without audience',
    { tokens: { issuer: 'https://login.example.com' } },
    'tokens.audience is missing: whom the tokens of this issuer are for',
  ],
  [
    'an audience for the pool made here',
    { tokens: { issuer: 'cognito', audience: 'gate' } },
    'tokens.issuer excludes audience, jwksUri and rightsClaim: the pool made here sets them',
  ],
  [
    'any origin at all',
    { origins: ['https://app.example.com', '*'] },
    'origins[1] must be an origin such as https://app.example.com, without path or slash',
  ],

  [
    'any origin at all',
    { origins: ['https://app.example.com', 'https://*.example.com'] },
    'origins[1] must be an origin such as https://app.example.com, without path or slash',
  ],
  [
    'pictures that outlive their rows',
    { retention: { detectionsDays: 10, picturesDays: 30 } },
    'retention.picturesDays must not be longer than detectionsDays: nobody could find the pictures any more',
  ],
  [
    'log days that CloudWatch does not have',
    { retention: { logsDays: 45 } },
    'retention.logsDays must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731',
  ],
  [
    'nobody to hear the alarms',
    { alarmEmail: undefined },
    'alarmEmail must be an e-mail address: somebody must hear the alarms',
  ],
  [
    'a video address instead of a domain',
    { video: { domain: 'https://video.example.com/' } },
    'video.domain must be a domain such as gate.example.com, without https://',
  ],
  ['an API domain without certificate', { api: { domain: 'api.example.com' } }, 'api.certificateArn is missing'],
  [
    'a VM that cannot run arm64',
    { bridge: { instanceType: 't3.small' } },
    'bridge.instanceType must be an arm64 type such as t4g.small, with 1 GiB of memory at least',
  ],
  [
    'an API domain with an ARN that is no certificate’s',
    { api: { domain: 'api.example.com', certificateArn: 'arn:aws:acm:us-east-1:1:x' } },
    'api.certificateArn must be the ARN of an ACM certificate, arn:aws:acm:<region>:<account>:certificate/<id>',
  ],
  [
    'one domain for the API and for video',
    { api: { domain: 'gate.example.com', certificateArn: CERTIFICATE }, video: { domain: 'gate.example.com' } },
    'video.domain is the domain of the API already: one name leads to one of them',
  ],
  ...['https://login.example.com?tenant=1', 'https://login.example.com/#a'].map(
    (issuer): [string, Record<string, unknown>, string] => [
      'an issuer with more behind its path',
      { tokens: { issuer, audience: 'gate' } },
      'tokens.issuer must not have a query or a fragment: no issuer has',
    ],
  ),
  [
    'a camera that the whole internet may push for, bit by bit',
    { cameras: [{ ...CAMERA, pushFrom: Array.from({ length: 256 }, (_, first) => `${first}.0.0.0/8`) }] },
    'cameras[0].pushFrom is wider than /8 (/32 of IPv6) in all: from so many addresses a push needs a pushToken as well',
  ],
  [
    'two cameras of one name whose pushes nothing tells apart',
    {
      cameras: [
        { ...CAMERA, host: 'gate.example.com', mac: '44:19:b6:00:00:02' },
        { ...CAMERA, id: 'exit', host: 'Gate.Example.com', httpPort: 8081 },
      ],
    },
    'cameras[1].mac is missing: another camera pushes from its address, and only a mac or a pushToken tells whose a push is',
  ],
  ['no word about tokens', { tokens: undefined }, 'tokens must be settings, {"issuer": "cognito"} for one'],
  ['a video switch where its domain should be', { video: true }, 'video must be settings in { }'],
  [
    'a name that no stack can have',
    { name: 'Gate' },
    'name must be 3 to 31 of a-z, 0-9 and -, and begin with a letter',
  ],
  [
    'a name under which no password could be stored',
    { name: 'aws-gate' },
    'name must not begin with aws or ssm: those names of parameters are kept for AWS itself',
  ],
];

describe('a mistake in the configuration stops the synth with its path and a sentence', () => {
  test.each(MISTAKES)('%s', (_, settings, sentence) => {
    expect(refusal(withSettings(settings))).toBe(`could not read the configuration here.json:\n  ${sentence}`);
  });

  test('a file that is no JSON is not quoted', () => {
    const said = refusal('{ "cameras": [{ "password": "invented-Pass9" ');
    expect(said).toBe('could not read the configuration here.json:\n  is no valid JSON');
  });

  test('a password that must not be there is not repeated', () => {
    expect(refusal(withSettings({ cameras: [{ ...CAMERA, password: 'invented-Pass9' }] }))).not.toContain('Pass9');
  });

  test('several mistakes are told together', () => {
    const lines = refusal(withSettings({ alarmEmail: 'nobody', name: 'G', cameras: 'gate' })).split('\n');
    expect(lines.slice(1).map((line) => line.trim().split(' ')[0])).toEqual(['name', 'cameras', 'alarmEmail']);
  });

  test('whatever JSON it is, it is taken or refused by sentences', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('cameras', 'tokens', 'origins', 'retention', 'video'),
        (value, name) => {
          try {
            readConfig(withSettings({ [name]: value }), 'here.json');
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(Rejected);
          }
        },
      ),
    );
  });
});

test('the example is taken, and each camera gets a parameter for its password', () => {
  const { cameras, bridge, expected } = readConfig(JSON.stringify(EXAMPLE), 'example.config.json');
  expect(cameras.map(({ passwordSecret }) => passwordSecret)).toEqual(['/gate-camera/cameras/gate/password']);
  expect({ bridge, expected }).toEqual({
    bridge: { instanceType: 't4g.small', outboxGibibytes: 2 },
    expected: { detectionsPerDay: 1000, viewerHoursPerDay: 2 },
  });
});

test.each(['us-gov-west-1', 'ap-southeast-2', 'cn-north-1'])('a certificate of %s is taken', (region) => {
  const certificateArn = CERTIFICATE.replace('eu-central-1', region);
  const config = readConfig(withSettings({ api: { domain: 'api.example.com', certificateArn } }), 'here.json');
  expect(config.api?.certificateArn).toBe(certificateArn);
});

test('a camera may keep the parameter it has', () => {
  const cameras = [{ ...CAMERA, passwordSecret: '/yard/north' }];
  expect(readConfig(withSettings({ cameras }), 'here.json').cameras[0]?.passwordSecret).toBe('/yard/north');
});
