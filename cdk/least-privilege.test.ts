// Named actions on named things: what each role may. That it is enough, and none of it unused: sufficient-rights.test.ts.
import { describe, expect, test } from 'vitest';
import { CameraIdSchema } from '../shared/detection/detection.ts';
import { pictureKey } from '../shared/pictures/picture-key.ts';
import { aDetection } from '../shared/store/detection.fixture.ts';
import * as keys from '../shared/store/keys.ts';
import { BRIDGE_PARTITIONS, PROOF_PARTITIONS } from './parts/bridge-role.ts';
import { asList, type Statement, statementsOf, tableRights } from './rights.fixture.ts';
import { rendered, type StackName, synthesised } from './synthesised.fixture.ts';

const gate = synthesised();
const { resources } = gate;

/** `action on resource`, one a line, without what every function has: its log and its traces. */
function grants(stack: StackName, role: string): string[] {
  return statementsOf(gate, stack, role)
    .flatMap(({ Action, Resource }) =>
      asList(Action).flatMap((action) => asList(Resource).map((resource) => `${action} on ${rendered(resource)}`)),
    )
    .filter((grant) => !/^(logs|xray):/.test(grant))
    .map((grant) => grant.replace(/<(?:FnGetAtt|Ref)?([A-Za-z]+?)[0-9A-F]{8}\.?(Arn)?[0-9A-F]*>/g, '<$1>'))
    .sort();
}

describe('each role may', () => {
  test('the webhook: put pictures, fill the queue, read cameras’ rows', () => {
    expect(grants('Ingest', 'Webhook')).toEqual([
      'dynamodb:GetItem on <Table>',
      's3:PutObject on <Pictures>/pictures/*',
      'sqs:SendMessage on <Detections>',
    ]);
  });

  test('the recorder: read its queue, write rows, set aside', () => {
    expect(grants('Ingest', 'Recorder')).toEqual([
      'dynamodb:BatchGetItem on <Table>',
      'dynamodb:DeleteItem on <Table>',
      'dynamodb:Query on <Table>/index/gsi1',
      'dynamodb:Query on <Table>/index/gsi2',
      'dynamodb:UpdateItem on <Table>',
      'sqs:ChangeMessageVisibility on <Detections>',
      'sqs:DeleteMessage on <Detections>',
      'sqs:GetQueueAttributes on <Detections>',
      'sqs:GetQueueUrl on <Detections>',
      'sqs:ReceiveMessage on <Detections>',
      'sqs:SendMessage on <DeadLetters>',
    ]);
  });

  test('the api: read and write rows, sign picture links, read its cameras’ passwords', () => {
    expect(grants('Api', 'ApiFunction')).toEqual([
      'dynamodb:BatchGetItem on <Table>',
      'dynamodb:GetItem on <Table>',
      'dynamodb:PutItem on <Table>',
      'dynamodb:Query on <Table>',
      'dynamodb:Query on <Table>/index/gsi1',
      'dynamodb:Query on <Table>/index/gsi2',
      'dynamodb:UpdateItem on <Table>',
      'kms:Decrypt on <PasswordKey>',
      's3:GetObject on <Pictures>/pictures/*',
      'ssm:GetParameter on arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/gate-camera/cameras/gate/password',
    ]);
  });

  test('nothing by a wildcard action, and on any resource only what AWS does not let us name', () => {
    const all = resources('AWS::IAM::Policy').flatMap(
      ({ Properties }): Statement[] => Object(Properties.PolicyDocument).Statement,
    );
    expect(all.flatMap(({ Action }) => asList(Action)).filter((action) => String(action).includes('*'))).toEqual([]);
    const anywhere = all
      .filter(({ Resource }) => asList(Resource).includes('*'))
      .flatMap(({ Action }) => asList(Action));
    expect([...new Set(anywhere)].sort()).toEqual([
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    expect(all.every(({ Effect }) => Effect === 'Allow')).toBe(true);
  });

  test('no role has a policy of AWS’s own, which would grow by itself', () => {
    for (const { Properties } of resources('AWS::IAM::Role'))
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('the bridge', () => {
  const camera = CameraIdSchema.parse('gate');
  const reaches = ({ pk }: keys.RowKey) =>
    BRIDGE_PARTITIONS.some((pattern) => (pattern.endsWith('*') ? pk.startsWith(pattern.slice(0, -1)) : pk === pattern));

  test('reaches the rows of its cameras, of no plate and of no cursor', () => {
    const own = [
      keys.guardKey(camera),
      keys.cameraStateKey(camera),
      keys.videoStateKey(camera),
      keys.memoryReportKey(camera),
      keys.hourAccountKey({ camera, hour: '2026-11-22T08:00:00.000Z' }),
      keys.lensKey(camera),
      keys.moveKey({ camera, at: '2026-11-22T08:00:00.000Z', id: '1' }),
      keys.TICKET_SECRET_KEY,
    ];
    const others = [keys.detectionKey(aDetection().id), keys.CURSOR_SECRET_KEY];
    expect(own.filter((key) => !reaches(key))).toEqual([]);
    expect(others.filter(reaches)).toEqual([]);
  });

  test('is held to them by its role, and only reads detections: those that its cameras’ timelines name', () => {
    const rights = tableRights(statementsOf(gate, 'Bridge', 'Role'));
    const onTable = rights.filter(({ index }) => index === null);
    const writes = onTable.filter(({ action }) => /Put|Update|Delete/.test(action));
    expect(writes.map(({ partitions }) => partitions)).toEqual([BRIDGE_PARTITIONS, BRIDGE_PARTITIONS]);
    expect(rights.filter(({ partitions }) => partitions === undefined)).toEqual([]);
    expect(rights.filter(({ partitions }) => partitions?.join() === PROOF_PARTITIONS.join())).toEqual([
      { action: 'dynamodb:BatchGetItem', index: null, partitions: ['DET#*'] },
    ]);
    expect(rights.filter(({ index }) => index !== null)).toEqual([
      { action: 'dynamodb:Query', index: 'gsi1', partitions: ['CAMERA#*'] },
    ]);
  });

  test('fetches its own bundle, and nothing else of the deployment’s bucket', () => {
    const fetched = grants('Bridge', 'Role').filter((grant) => grant.startsWith('s3:GetObject'));
    expect(fetched).toHaveLength(1);
    expect(fetched[0]).toMatch(/\/[0-9a-f]{64}\.zip$/);
  });
});

test('pictures are written where the roles may write', () => {
  const name = { camera: CameraIdSchema.parse('gate'), at: '2026-11-22T08:00:00.000Z', id: aDetection().id };
  expect(pictureKey({ ...name, kind: 'scene', sha256: '0'.repeat(64) })).toMatch(/^pictures\//);
});
