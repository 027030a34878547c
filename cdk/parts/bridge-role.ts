// What the VM may do: its own queue, its cameras' rows, its pictures, its cameras' passwords; and, to boot, its own
// address, volume, bundle and log.
import { type Stack, Validations } from 'aws-cdk-lib';
import type { CfnEIP, CfnVolume, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { GateConfig } from '../config.ts';
import type { DataStack } from '../stacks/data.ts';
import type { IngestStack } from '../stacks/ingest.ts';
import { passwordAccess } from './password-access.ts';

/**
 * The rows it reads and writes: cameras' states, guards, lenses and what they remember, moves, the key of the viewers'
 * tickets.
 */
export const BRIDGE_PARTITIONS = ['CAMERA#*', 'MOVES#*', 'SECRET#TICKET'];
/** The rows it only reads, to prove that what a camera remembers is stored. */
export const PROOF_PARTITIONS = ['DET#*'];
/** A camera's timeline, in which those are found. */
const TIMELINE_PARTITIONS = ['CAMERA#*'];

/**
 * Session Manager in place of SSH, without AWS's AmazonSSMManagedInstanceCore: that policy also reads every parameter of
 * the account, other cameras' passwords included.
 */
const SESSION_MANAGER = [
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
];

export type BridgeRoleProps = {
  config: GateConfig;
  data: DataStack;
  ingest: IngestStack;
  bundle: Asset;
  address: CfnEIP;
  volume: CfnVolume;
  logGroup: LogGroup;
  vpc: IVpc;
};

export function bridgeRole(stack: Stack, props: BridgeRoleProps): Role {
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  for (const statement of [...working(stack, props), ...booting(stack, props)]) role.addToPolicy(statement);
  Validations.of(role).acknowledge(
    { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'Session Manager’s channels have no resource to name.' },
    props.data.picturesWildcard,
    ...['instance', 'network-interface'].map((kind) => ({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:${kind}/*]`,
      reason: 'Neither is known before the machine boots: the system’s tag, or the network, decides.',
    })),
  );
  return role;
}

function working(stack: Stack, { config, data, ingest }: BridgeRoleProps): PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [ingest.queue.queueArn] }),
    new PolicyStatement({ actions: ['s3:PutObject'], resources: [data.pictureArns] }),
    new PolicyStatement({
      actions: [
        'dynamodb:GetItem',
        'dynamodb:BatchGetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'dynamodb:Query',
      ],
      resources: [data.table.tableArn],
      conditions: rowsOf(BRIDGE_PARTITIONS),
    }),
    new PolicyStatement({
      actions: ['dynamodb:BatchGetItem'],
      resources: [data.table.tableArn],
      conditions: rowsOf(PROOF_PARTITIONS),
    }),
    new PolicyStatement({
      actions: ['dynamodb:Query'],
      resources: [data.timelineArn],
      conditions: rowsOf(TIMELINE_PARTITIONS),
    }),
    ...passwordAccess(stack, data.passwordKey, config.cameras),
  ];
}

function rowsOf(partitions: readonly string[]) {
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } };
}

function booting(stack: Stack, { config, bundle, address, volume, logGroup, vpc }: BridgeRoleProps): PolicyStatement[] {
  const arn = (resource: string, resourceName: string) => stack.formatArn({ service: 'ec2', resource, resourceName });
  return [
    new PolicyStatement({
      actions: ['s3:GetObject'],
      resources: [bundle.bucket.arnForObjects(bundle.s3ObjectKey)],
    }),
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      resources: [logGroup.logGroupArn],
    }),
    new PolicyStatement({
      actions: ['ec2:AssociateAddress'],
      resources: [arn('elastic-ip', address.attrAllocationId)],
    }),
    new PolicyStatement({
      actions: ['ec2:AssociateAddress'],
      resources: [arn('network-interface', '*')],
      conditions: { ArnEquals: { 'ec2:Vpc': vpc.vpcArn } },
    }),
    new PolicyStatement({ actions: ['ec2:AttachVolume'], resources: [arn('volume', volume.attrVolumeId)] }),
    new PolicyStatement({
      actions: ['ec2:AssociateAddress', 'ec2:AttachVolume'],
      resources: [arn('instance', '*')],
      conditions: { StringEquals: { 'aws:ResourceTag/system': config.name } },
    }),
    new PolicyStatement({ actions: SESSION_MANAGER, resources: ['*'] }),
  ];
}
