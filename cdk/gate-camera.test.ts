import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { TABLE } from '../shared/store/table.ts';
import { checked } from './gate-camera.ts';
import { gateRoutes, routeKey } from './parts/routes.ts';
import { exampleConfig, type Resource, rendered, synthesise } from './synthesised.fixture.ts';

// cdk-nag's packs and CDK's own template check ran in here: a finding throws, and every test of this file fails.
const gate = synthesise(
  exampleConfig({
    cameras: [
      { id: 'gate', host: '203.0.113.20', user: 'gate-camera', pushToken: 'invented-token-0001' },
      { id: 'exit', host: '203.0.113.21', user: 'gate-camera' },
    ],
    api: { domain: 'api.gate.example.com', certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/1' },
  }),
  { isChecked: true },
);
const { resources, text } = gate;
const only = (type: string): Resource => {
  const [found, ...others] = resources(type);
  if (!found || others.length > 0) throw new Error(`there is not one ${type}`);
  return found;
};

describe('what holds data', () => {
  test('keeps its logical ids, since another id is another table', () => {
    const holders = [
      'AWS::DynamoDB::GlobalTable',
      'AWS::S3::Bucket',
      'AWS::KMS::Key',
      'AWS::Cognito::UserPool',
      'AWS::SQS::Queue',
      'AWS::EC2::EIP',
      'AWS::EC2::Volume',
    ];
    expect(holders.flatMap((type) => resources(type)).map(({ id, DeletionPolicy }) => [id, DeletionPolicy])).toEqual([
      ['TableCD117FA1', 'Retain'],
      ['Pictures8CDD258B', 'Retain'],
      ['PasswordKeyA6B81653', 'Retain'],
      ['Users0A0EEA89', 'Retain'],
      ['DeadLettersBBF8BAAB', 'Retain'],
      ['Detections89C0F6F0', 'Retain'],
      ['Address', 'Retain'],
      ['State', 'Snapshot'],
    ]);
  });

  test('is the table that the store was written for', () => {
    const { Properties: table } = only('AWS::DynamoDB::GlobalTable');
    const keys = (partitionKey: string, sortKey: string) => [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ];
    expect(table).toMatchObject({
      KeySchema: keys(TABLE.partitionKey, TABLE.sortKey),
      GlobalSecondaryIndexes: TABLE.indexes.map(({ name, partitionKey, sortKey }) => ({
        IndexName: name,
        KeySchema: keys(partitionKey, sortKey),
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['camera', 'ttl'] },
      })),
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      Replicas: [
        { DeletionProtectionEnabled: true, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
      ],
    });
  });

  test('shows no picture to the public, and forgets each in time', () => {
    expect(only('AWS::S3::Bucket').Properties).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: 'Enabled' }] },
    });
    expect(only('AWS::S3::Bucket').Properties).not.toHaveProperty('VersioningConfiguration');
  });
});

describe('the queue', () => {
  test('shows a message to nobody else while it is worked on, and keeps what nobody could store for two weeks', () => {
    const [deadLetters, detections] = resources('AWS::SQS::Queue');
    const recorder = resources('AWS::Lambda::Function', 'Ingest').find(({ id }) => id.startsWith('Recorder'));
    expect(detections?.Properties.VisibilityTimeout).toBe(Number(recorder?.Properties.Timeout) * 6);
    expect(deadLetters?.Properties.MessageRetentionPeriod).toBe(14 * 86_400);
    expect(Number(detections?.Properties.MessageRetentionPeriod)).toBeLessThan(14 * 86_400);
    expect(detections?.Properties.RedrivePolicy).toMatchObject({ maxReceiveCount: 10 });
  });

  test('brings back only the messages that failed', () => {
    expect(only('AWS::Lambda::EventSourceMapping').Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BatchSize: 10,
    });
  });
});

describe('functions', () => {
  test('run on Node 24 and arm64, with a log that ends', () => {
    const functions = resources('AWS::Lambda::Function');
    expect(functions).toHaveLength(3);
    for (const { Properties } of functions)
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    const logs = resources('AWS::Logs::LogGroup');
    expect(logs.map(({ Properties }) => Properties.RetentionInDays)).toEqual(logs.map(() => 90));
  });

  test('hold no secret, and neither does any template', () => {
    expect(text).not.toContain('invented-token-0001');
    expect(text).not.toMatch(/"GATE_CAMERA_PASS"/);
    expect(text).toContain(':parameter/gate-camera/cameras/exit/password');
  });
});

describe('the API', () => {
  test('has the routes and the throttles it was given', () => {
    const stage = only('AWS::ApiGatewayV2::Stage').Properties;
    const expected = gateRoutes(2);
    expect(resources('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey)).toEqual(
      expected.map(routeKey),
    );
    expect(stage.RouteSettings).toEqual(
      Object.fromEntries(
        expected.map((route) => [
          routeKey(route),
          { ThrottlingRateLimit: route.throttle.rate, ThrottlingBurstLimit: route.throttle.burst },
        ]),
      ),
    );
  });

  test('lets only the configured origins in', () => {
    expect(only('AWS::ApiGatewayV2::Api').Properties.CorsConfiguration).toMatchObject({
      AllowOrigins: ['https://terminal.example.com'],
      AllowHeaders: ['authorization', 'content-type'],
    });
  });

  test('logs neither paths nor queries, which hold push tokens and plates', () => {
    const { AccessLogSettings } = only('AWS::ApiGatewayV2::Stage').Properties;
    const { Format } = Object(AccessLogSettings);
    expect(JSON.parse(String(Format))).toMatchObject({ routeKey: '$context.routeKey' });
    expect(String(Format)).not.toMatch(/\$context\.(path|customDomain|.*query)/i);
  });

  test('answers by its own domain alone where it has one', () => {
    expect(only('AWS::ApiGatewayV2::Api').Properties.DisableExecuteApiEndpoint).toBe(true);
    expect(only('AWS::ApiGatewayV2::ApiMapping').Properties.DomainName).toEqual(
      expect.objectContaining({ Ref: expect.stringContaining('Domain') }),
    );
  });
});

describe('the VM', () => {
  test('is one, and the old one is gone before the new one comes', () => {
    const group = only('AWS::AutoScaling::AutoScalingGroup');
    expect(group.Properties).toMatchObject({
      MinSize: '1',
      MaxSize: '1',
      InstanceMaintenancePolicy: { MinHealthyPercentage: 0, MaxHealthyPercentage: 100 },
    });
    expect(group.UpdatePolicy).toMatchObject({
      AutoScalingRollingUpdate: { MinInstancesInService: 0, MaxBatchSize: 1, WaitOnResourceSignals: true },
    });
  });

  test('opens nothing but the ports of the video, and no SSH', () => {
    const ingress = only('AWS::EC2::SecurityGroup').Properties.SecurityGroupIngress;
    const ports = Array.isArray(ingress) ? ingress.map(({ IpProtocol, FromPort }) => `${FromPort}/${IpProtocol}`) : [];
    expect(ports).toEqual(['443/tcp', '80/tcp', '8189/udp', '8189/tcp']);
    expect(only('AWS::EC2::LaunchTemplate').Properties).not.toHaveProperty('LaunchTemplateData.KeyName');
  });

  test('has descriptions that EC2 takes', () => {
    const { GroupDescription, SecurityGroupIngress } = only('AWS::EC2::SecurityGroup').Properties;
    const rules = Array.isArray(SecurityGroupIngress) ? SecurityGroupIngress.map(({ Description }) => Description) : [];
    for (const said of [GroupDescription, ...rules])
      expect(said).toMatch(/^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
  });

  test('asks its metadata service by token only, from no container', () => {
    expect(only('AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData).toMatchObject({
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
    });
  });

  test('tells CloudFormation how its boot went', () => {
    const { UserData } = Object(only('AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData);
    const script = rendered(UserData);
    const group = only('AWS::AutoScaling::AutoScalingGroup').id;
    expect(script).toContain(`cfn-signal --stack gate-camera-bridge --resource ${group}`);
    expect(script.trimEnd().endsWith('bash /opt/gate-camera-bundle/boot.sh')).toBe(true);
  });
});

test('a finding of cdk-nag stops the synth', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'gate-cdk-'));
  try {
    const app = new App({ outdir });
    checked(app);
    new Bucket(new Stack(app, 'Careless'), 'Open');
    expect(() => app.synth()).toThrow(/AwsSolutions-S10|[Vv]alidation/);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});
