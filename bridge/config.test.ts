import { describe, expect, test } from 'vitest';
import { readBridgeConfig } from './config.ts';

const GOOD = {
  GATE_CAMERA_IP: '192.0.2.10',
  GATE_CAMERA_USER: 'gate',
  GATE_CAMERA_PASS: 'invented-Pass1',
  GATE_STATE_FOLDER: '/var/lib/gate-camera',
  GATE_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/000000000000/detections',
  GATE_TABLE: 'gate-camera',
  GATE_PICTURES_BUCKET: 'gate-pictures',
};
const noFile = () => {
  throw new Error('no such file');
};
const read = (over: Record<string, string | undefined> = {}) => readBridgeConfig({ ...GOOD, ...over }, noFile);

test("the seed's four names and a few of ours are all a bridge needs", () => {
  expect(read()).toMatchObject({
    stateFolder: '/var/lib/gate-camera',
    pictures: { bucket: 'gate-pictures' },
    outboxBytes: 2048 * 2 ** 20,
    deadAfterMs: 30_000,
    holdsStreams: true,
    statePort: 8686,
    webhook: null,
  });
  expect(read().cameras.map(({ id, host, httpPort, rtspPort }) => [id, host, httpPort, rtspPort])).toEqual([
    ['gate', '192.0.2.10', 80, 554],
  ]);
});

test('an empty setting is none', () => {
  const emptied = { GATE_WEBHOOK_PORT: '', GATE_STATE_PORT: ' ', GATE_OUTBOX_MEBIBYTES: '', GATE_STREAM: '' };
  expect(read(emptied)).toEqual(read());
});

test('the plain-HTTP webhook is there only when its port is set', () => {
  expect(read({ GATE_WEBHOOK_PORT: '8080' }).webhook).toEqual({ host: '0.0.0.0', port: 8080 });
});

describe('a mistake is a sentence with the name of the wrong setting', () => {
  test.each([
    [{ GATE_CAMERA_IP: undefined }, 'GATE_CAMERA_IP'],
    [{ GATE_CAMERA_PORT: 'eighty' }, 'GATE_CAMERA_PORT'],
    [{ GATE_STATE_FOLDER: undefined }, 'GATE_STATE_FOLDER is missing'],
    [{ GATE_QUEUE_URL: 'detections' }, 'GATE_QUEUE_URL is no URL'],
    [{ GATE_TABLE: undefined }, 'GATE_TABLE is missing'],
    [{ GATE_PICTURES_BUCKET: undefined }, 'exactly one of GATE_PICTURES_BUCKET and GATE_PICTURES_FOLDER'],
    [{ GATE_PICTURES_FOLDER: '/pictures' }, 'exactly one of GATE_PICTURES_BUCKET and GATE_PICTURES_FOLDER'],
    [{ GATE_OUTBOX_MEBIBYTES: '-1' }, 'GATE_OUTBOX_MEBIBYTES'],
    [{ GATE_STREAM_DEAD_AFTER_SECONDS: 'soon' }, 'GATE_STREAM_DEAD_AFTER_SECONDS is no number of seconds'],
    [{ GATE_STREAM_DEAD_AFTER_SECONDS: '0' }, 'GATE_STREAM_DEAD_AFTER_SECONDS is no number of seconds from 0.1 on'],
    [{ GATE_STREAM_DEAD_AFTER_SECONDS: '30000' }, 'GATE_STREAM_DEAD_AFTER_SECONDS is more than 3600 seconds'],
    [{ GATE_REPAIR_EVERY_SECONDS: '180000' }, 'GATE_REPAIR_EVERY_SECONDS is more than 86400 seconds'],
    [{ GATE_STREAM: 'maybe' }, 'GATE_STREAM is neither on nor off'],
    [{ GATE_STATE_PORT: '70000' }, 'GATE_STATE_PORT'],
    [{ GATE_WEBHOOK_PORT: 'http' }, 'GATE_WEBHOOK_PORT is no port'],
    [{ GATE_WEBHOOK_PORT: '8686' }, 'GATE_WEBHOOK_PORT is the port of GET /state already'],
    [{ GATE_QUEUE_URL: 'arn:aws:sqs:eu-central-1:0:detections' }, 'GATE_QUEUE_URL is no URL'],
    [{ GATE_PICTURES_BUCKET: 's3://pictures' }, 'GATE_PICTURES_BUCKET is no bucket name'],
    [{ GATE_CAMERA_IP: '192.0.2.700' }, 'GATE_CAMERA_IP must be an address or host name'],
    [{ GATE_CAMERAS: '/etc/cameras.json', GATE_CAMERA_IP: undefined }, 'GATE_CAMERAS must name a readable file'],
  ])('%j', (over, sentence) => {
    expect(() => read(over)).toThrow(sentence);
  });

  test('and all mistakes are told at once, the camera’s among them', () => {
    const wrong = { GATE_CAMERA_PORT: 'x', GATE_CAMERA_PASS: undefined, GATE_TABLE: 'x', GATE_PICTURES_BUCKET: '' };
    const all = () => read(wrong);
    const names = ['GATE_CAMERA_PORT', 'GATE_CAMERA_PASS', 'GATE_TABLE', 'exactly one of GATE_PICTURES_BUCKET'];
    expect(all).toThrow(
      new RegExp(`^could not read the configuration: ${names.map((name) => `${name} .*`).join('\n')}$`),
    );
  });

  test('and never a password', () => {
    const wrong = () => read({ GATE_CAMERA_PORT: 'x', GATE_QUEUE_URL: 'x' });
    expect(wrong).toThrow(/^(?!.*invented-Pass1)/s);
  });
});
