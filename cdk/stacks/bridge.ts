// One VM: the bridge and the media process. Its address and its volume outlive it; a change of its code replaces it,
// the old one gone before the new one comes, since two bridges would hold two streams of one camera.
import {
  AssetHashType,
  CfnDeletionPolicy,
  CfnOutput,
  DockerImage,
  Duration,
  RemovalPolicy,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import { AutoScalingGroup, Signals, UpdatePolicy } from 'aws-cdk-lib/aws-autoscaling';
import {
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  CfnEIP,
  CfnVolume,
  EbsDeviceVolumeType,
  FlowLogDestination,
  FlowLogTrafficType,
  InstanceType,
  type IVpc,
  LaunchTemplate,
  MachineImage,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { GateConfig } from '../config.ts';
import { bridgeEnvironment } from '../parts/bridge-environment.ts';
import { bridgeRole } from '../parts/bridge-role.ts';
import { bundleBridge, ROOT } from '../parts/bundle.ts';
import { logRetention } from '../parts/log-retention.ts';
import { bridgeUserData } from '../parts/user-data.ts';
import type { DataStack } from './data.ts';
import type { IngestStack } from './ingest.ts';

const ROOT_GIBIBYTES = 8;
/** Beside the outbox: guards, cursors, what MediaMTX keeps, and room for the file system itself. */
const VOLUME_SPARE_GIBIBYTES = 2;
/** A boot takes about two minutes; whoever deploys should hear of a bad one before he goes home. */
const BOOT_MINUTES = 15;
/** As the media process listens unless told otherwise (bridge/media/config.ts). */
const WEBRTC_PORT = 8189;

export type BridgeStackProps = { config: GateConfig; data: DataStack; ingest: IngestStack };

export class BridgeStack extends Stack {
  readonly logGroup: LogGroup;
  readonly volumeGibibytes: number;
  readonly rootGibibytes = ROOT_GIBIBYTES;

  constructor(scope: Construct, id: string, { config, data, ingest }: BridgeStackProps) {
    super(scope, id, { stackName: `${config.name}-bridge`, terminationProtection: true });
    this.logGroup = new LogGroup(this, 'Log', {
      retention: logRetention(config.retention.logsDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.volumeGibibytes = config.bridge.outboxGibibytes + VOLUME_SPARE_GIBIBYTES;
    const vpc = this.#network(config);
    const address = new CfnEIP(this, 'Address', { domain: 'vpc' });
    // Frontends, DNS and the cameras' allow-lists know it.
    address.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const volume = new CfnVolume(this, 'State', {
      availabilityZone: vpc.publicSubnets[0]?.availabilityZone ?? '',
      size: this.volumeGibibytes,
      volumeType: EbsDeviceVolumeType.GP3,
      encrypted: true,
    });
    // It holds reads that AWS has not taken yet.
    volume.cfnOptions.deletionPolicy = CfnDeletionPolicy.SNAPSHOT;
    volume.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.SNAPSHOT;
    const bundle = this.#bundle(config);
    const role = bridgeRole(this, { config, data, ingest, bundle, address, volume, logGroup: this.logGroup, vpc });
    const userData = bridgeUserData({
      region: this.region,
      bundle,
      address,
      volume,
      logGroup: this.logGroup,
      environment: bridgeEnvironment({ config, data, ingest, publicAddress: address.ref }),
      videoDomain: config.video?.domain,
    });
    const machine = new LaunchTemplate(this, 'Machine', {
      instanceType: new InstanceType(config.bridge.instanceType),
      machineImage: MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 }),
      role,
      userData,
      securityGroup: this.#doors(vpc, config),
      associatePublicIpAddress: true,
      requireImdsv2: true,
      httpPutResponseHopLimit: 1,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(ROOT_GIBIBYTES, { encrypted: true, volumeType: EbsDeviceVolumeType.GP3 }),
        },
      ],
    });
    const group = new AutoScalingGroup(this, 'Machines', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      launchTemplate: machine,
      minCapacity: 1,
      maxCapacity: 1,
      minHealthyPercentage: 0,
      maxHealthyPercentage: 100,
      // A boot that fails takes the deployment back to the bundle before it.
      signals: Signals.waitForAll({ timeout: Duration.minutes(BOOT_MINUTES) }),
      updatePolicy: UpdatePolicy.rollingUpdate({ minInstancesInService: 0, maxBatchSize: 1 }),
    });
    userData.addSignalOnExitCommand(group);
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-AS3',
      reason:
        'A machine that goes is seen by the bridge’s missing heartbeat, which pages; one more mail would say less.',
    });
    new CfnOutput(this, 'PublicAddress', { value: address.ref });
  }

  #network(config: GateConfig): IVpc {
    const vpc = new Vpc(this, 'Network', {
      maxAzs: 1,
      natGateways: 0,
      subnetConfiguration: [{ name: 'bridge', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false }],
      // Nothing uses it, and emptying it would take a function of its own.
      restrictDefaultSecurityGroup: false,
    });
    const refused = new LogGroup(this, 'RefusedTraffic', {
      retention: logRetention(config.retention.logsDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    vpc.addFlowLog('Refused', {
      destination: FlowLogDestination.toCloudWatchLogs(refused),
      trafficType: FlowLogTrafficType.REJECT,
    });
    // The library's own class misses its own interface under exactOptionalPropertyTypes (vpnGatewayId).
    return vpc as IVpc;
  }

  /** What the Internet may reach: the TLS proxy and WebRTC's media; without video, nothing. No SSH. */
  #doors(vpc: IVpc, { video }: GateConfig): SecurityGroup {
    const group = new SecurityGroup(this, 'Doors', {
      vpc,
      description: 'Gate camera bridge: video to browsers, nothing else',
    });
    if (video === undefined) return group;
    group.addIngressRule(Peer.anyIpv4(), Port.tcp(443), 'WHEP and HLS, behind the TLS proxy');
    group.addIngressRule(Peer.anyIpv4(), Port.tcp(80), 'certificate challenges, and the redirect to TLS');
    group.addIngressRule(Peer.anyIpv4(), Port.udp(WEBRTC_PORT), 'WebRTC media');
    group.addIngressRule(Peer.anyIpv4(), Port.tcp(WEBRTC_PORT), 'WebRTC media where UDP is blocked');
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-EC23',
      reason:
        'Operators watch from anywhere; the door asks every viewer for a token, and media flows only to a session it let in.',
    });
    return group;
  }

  #bundle({ cameras }: GateConfig): Asset {
    return new Asset(this, 'Bundle', {
      path: `${ROOT}/bridge`,
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // Never run: the bundle is made here, by the same esbuild as the functions'.
        image: DockerImage.fromRegistry('none'),
        local: {
          tryBundle: (folder) => {
            bundleBridge(folder, cameras);
            return true;
          },
        },
      },
    });
  }
}
