// What is deployed is read as it will be at start, by the very code that starts.
import { describe, expect, test } from 'vitest';
import { readBridgeConfig } from '../bridge/config.ts';
import { readMediaConfig } from '../bridge/media/config.ts';
import { readEnvironment as readApi } from '../functions/api/environment.ts';
import { readEnvironment as readRecorder } from '../functions/recorder/environment.ts';
import { readEnvironment as readWebhook } from '../functions/webhook/environment.ts';
import { rendered, synthesised } from './synthesised.fixture.ts';

const { resources, config } = synthesised();
const camerasFile = () => JSON.stringify(config.cameras);

/** With what CloudFormation puts in at deployment. */
function filledIn(text: string): string {
  return text
    .replace(/<[^<>]*ProviderURL[^<>]*>/g, 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Invented1')
    .replace(/<(Ref)?(Detections|DeadLetters)[^<>]*>/g, 'https://sqs.eu-central-1.amazonaws.com/111122223333/queue')
    .replace('<Address>', '203.0.113.99')
    .replace(/<[^<>]*>/g, 'invented-name');
}

function environmentOf(functionName: string): Record<string, string> {
  const found = resources('AWS::Lambda::Function').find(({ id }) => id.startsWith(functionName));
  const variables = Object(found?.Properties.Environment).Variables;
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, filledIn(rendered(value))]));
}

function bridgeEnvironment(): Record<string, string> {
  const [template] = resources('AWS::EC2::LaunchTemplate');
  const script = rendered(Object(template?.Properties.LaunchTemplateData).UserData);
  const [, settings = ''] = /<<'SETTINGS'\n([\s\S]*?)\nSETTINGS/.exec(script) ?? [];
  return Object.fromEntries(
    settings.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), filledIn(line.slice(at + 1))];
    }),
  );
}

describe('the settings that are deployed start', () => {
  test('the webhook, with its cameras', () => {
    const { cameras, bucket } = readWebhook(environmentOf('Webhook'), camerasFile);
    expect(cameras.map(({ id }) => id)).toEqual(['gate']);
    expect(bucket).toBe('invented-name');
  });

  test('the recorder, with its retention', () => {
    expect(readRecorder(environmentOf('Recorder')).retentionDays).toBe(90);
  });

  test('the api, with passwords by name and rights by the pool’s groups', () => {
    const { cameras, token, origins, liveUrl } = readApi(environmentOf('ApiFunction'), camerasFile);
    expect(cameras[0]?.password).toEqual({ kind: 'stored', name: '/gate-camera/cameras/gate/password' });
    expect(token.rightsClaim).toBe('cognito:groups');
    expect({ origins, liveUrl }).toEqual({
      origins: ['https://terminal.example.com'],
      liveUrl: 'https://video.gate.example.com',
    });
  });

  test('the bridge, with its outbox in what the volume has room for', () => {
    const { outboxBytes, stateFolder, pictures } = readBridgeConfig(bridgeEnvironment(), camerasFile);
    expect({ outboxBytes, stateFolder, pictures }).toEqual({
      outboxBytes: 2 * 2 ** 30,
      stateFolder: '/var/lib/gate-camera',
      pictures: { bucket: 'invented-name' },
    });
    expect(resources('AWS::EC2::Volume')[0]?.Properties.Size).toBe(4);
  });

  test('the media process, with the address that browsers reach', () => {
    const { webrtcHosts, mediamtx, token } = readMediaConfig(bridgeEnvironment(), camerasFile);
    expect(webrtcHosts).toEqual(['203.0.113.99']);
    // The port that the security group opens.
    expect(mediamtx.ports.media).toBe(8189);
    expect(token.issuer).toBe('https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Invented1');
  });

  test('only settings that the installer takes', () => {
    expect(Object.keys(bridgeEnvironment()).filter((name) => !/^(GATE|AWS|MEDIAMTX|NODE)_/.test(name))).toEqual([]);
  });
});
