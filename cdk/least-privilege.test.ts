// Named actions on named things: what each role may, that it is no more, and that it is enough.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordBatch } from '../functions/recorder/record.ts';
import { CameraIdSchema, DetectionSchema } from '../shared/detection/detection.ts';
import { pictureKey } from '../shared/pictures/picture-key.ts';
import { aDetection, standingClock } from '../shared/store/detection.fixture.ts';
import { detectionStore } from '../shared/store/detections.ts';
import { type EmbeddedTable, openDynalite } from '../shared/store/embedded.fixture.ts';
import * as keys from '../shared/store/keys.ts';
import { silentLog } from '../shared/support/log.ts';
import { BRIDGE_PARTITIONS } from './parts/bridge-role.ts';
import { rendered, type StackName, synthesised } from './synthesised.fixture.ts';

const { resources } = synthesised();

type Statement = { Effect: string; Action: string | string[]; Resource: unknown; Condition?: unknown };
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

function statementsOf(stack: StackName, role: string): Statement[] {
  const policies = resources('AWS::IAM::Policy', stack).filter(({ id }) => id.startsWith(role));
  expect(policies).toHaveLength(1);
  return policies.flatMap(({ Properties }) => Object(Properties.PolicyDocument).Statement);
}

/** `action on resource`, one a line, without what every function has: its log and its traces. */
function grants(stack: StackName, role: string): string[] {
  return statementsOf(stack, role)
    .flatMap(({ Action, Resource }) =>
      asList(Action).flatMap((action) => asList(Resource).map((resource) => `${action} on ${rendered(resource)}`)),
    )
    .filter((grant) => !/^(logs|xray):/.test(grant))
    .map((grant) => grant.replace(/<(?:FnGetAtt|Ref)?([A-Za-z]+?)[0-9A-F]{8}\.?(Arn)?[0-9A-F]*>/g, '<$1>'))
    .sort();
}

describe('each role may', () => {
  test('the webhook: put pictures, fill the queue', () => {
    expect(grants('Ingest', 'Webhook')).toEqual([
      's3:PutObject on <Pictures>/pictures/*',
      'sqs:SendMessage on <Detections>',
    ]);
  });

  test('the recorder: read its queue, write rows, set aside', () => {
    expect(grants('Ingest', 'Recorder')).toEqual([
      'dynamodb:GetItem on <Table>',
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
      keys.lensKey(camera),
      keys.moveKey({ camera, at: '2026-11-22T08:00:00.000Z', id: '1' }),
      keys.TICKET_SECRET_KEY,
    ];
    const others = [keys.detectionKey(aDetection().id), keys.CURSOR_SECRET_KEY];
    expect(own.filter((key) => !reaches(key))).toEqual([]);
    expect(others.filter(reaches)).toEqual([]);
  });

  test('is held to them by its role, and reads no index', () => {
    const onTable = statementsOf('Bridge', 'Role').filter(({ Action }) =>
      String(asList(Action)[0]).startsWith('dynamodb:'),
    );
    expect(onTable).toEqual([
      expect.objectContaining({
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': BRIDGE_PARTITIONS } },
      }),
    ]);
    expect(grants('Bridge', 'Role').filter((grant) => grant.includes('/index/'))).toEqual([]);
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

describe('what the recorder may is enough', () => {
  let embedded: EmbeddedTable;
  beforeAll(async () => {
    embedded = await openDynalite();
  });
  afterAll(() => embedded.close());

  test('for live reads, repeats and reads from the camera’s memory', async () => {
    const asked = new Set<string>();
    embedded.client.middlewareStack.add(
      (next, { commandName = '' }) =>
        (args) => {
          const { IndexName: index } = Object(args.input);
          asked.add(`dynamodb:${commandName.replace(/Command$/, '')}${index ? ` on index ${index}` : ''}`);
          return next(args);
        },
      { step: 'initialize' },
    );
    const store = detectionStore({ ...embedded, clock: standingClock(), log: silentLog });
    const live = aDetection({ plate: 'ENOUGH1' });
    const remembered = DetectionSchema.parse({ ...aDetection({ plate: 'ENOUGH2' }), sources: ['history'], late: true });
    const Records = [live, live, remembered, remembered].map((detection, i) =>
      record(String(i), JSON.stringify(detection)),
    );
    const answer = await recordBatch(
      { Records },
      { store, deadLetter: async () => {}, count: () => {}, log: silentLog },
    );
    expect(answer.batchItemFailures).toEqual([]);
    const named = (operation: string) => operation.replace(/:(Update|Get|Put)$/, ':$1Item');
    const allowed = grants('Ingest', 'Recorder').map((grant) =>
      grant.replace(/ on <Table>\/index\//, ' on index ').replace(/ on <.*/, ''),
    );
    expect([...asked].map(named).filter((operation) => !allowed.includes(operation))).toEqual([]);
    expect(asked.size).toBeGreaterThan(0);
  });
});

function record(messageId: string, body: string) {
  return {
    messageId,
    receiptHandle: '',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'test',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
}
