// What all functions have in common: Node 24 on arm64, their own role and log group, JSON logs that end some day.
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stage, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ConfiguredCamera } from '../configured-cameras.ts';
import { BANNER, CAMERAS_FILE, EXTERNAL, MAIN_FIELDS, ROOT, TARGET, writeCameras } from './bundle.ts';
import { logRetention } from './log-retention.ts';

/** Where a function finds the cameras: its bundle is unpacked to /var/task. */
const CAMERAS_PATH = `/var/task/${CAMERAS_FILE}`;

export type GateFunctionProps = {
  /** Folder below `functions/`. */
  name: string;
  memoryMebibytes: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  logsDays: number;
  /** Put into the bundle and named by GATE_CAMERAS, for the functions that know cameras. */
  cameras?: readonly ConfiguredCamera[];
};

export class GateFunction extends Construct {
  readonly function: NodejsFunction;
  readonly logGroup: LogGroup;
  readonly memoryMebibytes: number;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: GateFunctionProps) {
    super(scope, id);
    const { name, memoryMebibytes, timeoutSeconds, environment, logsDays, cameras } = props;
    this.memoryMebibytes = memoryMebibytes;
    this.logGroup = new LogGroup(this, 'Log', {
      retention: logRetention(logsDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Its own role: the one that CDK would make may write any log group of the account.
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(this.#role);
    this.function = new NodejsFunction(this, 'Function', {
      entry: join(ROOT, 'functions', name, 'handler.ts'),
      projectRoot: ROOT,
      depsLockFilePath: join(ROOT, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memoryMebibytes,
      timeout: Duration.seconds(timeoutSeconds),
      environment: {
        ...environment,
        ...(cameras && { GATE_CAMERAS: CAMERAS_PATH }),
        NODE_OPTIONS: '--enable-source-maps',
      },
      role: this.#role,
      logGroup: this.logGroup,
      tracing: Tracing.ACTIVE,
      bundling: {
        format: OutputFormat.ESM,
        target: TARGET,
        mainFields: MAIN_FIELDS,
        externalModules: EXTERNAL,
        banner: BANNER,
        minify: true,
        sourceMap: true,
        // The tests' SDK is the one that runs.
        bundleAwsSDK: true,
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (_, folder) => (cameras ? [copyCameras(this, cameras, folder)] : []),
        },
      },
    });
    Validations.of(this).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'X-Ray takes trace segments for no resource in particular.',
      },
      {
        id: 'Serverless-LambdaDLQ',
        reason:
          'It serves asynchronous calls only; these are called by the gateway, which answers, or by a queue with dead letters.',
      },
    );
  }

  allow(actions: string[], resources: readonly string[]): void {
    this.allowStatement(new PolicyStatement({ actions, resources: [...resources] }));
  }

  allowStatement(statement: PolicyStatement): void {
    this.#role.addToPolicy(statement);
  }
}

function copyCameras(scope: Construct, cameras: readonly ConfiguredCamera[], folder: string): string {
  const written = writeCameras(Stage.of(scope)?.outdir ?? folder, cameras);
  return `cp "${written}" "${folder}/${CAMERAS_FILE}"`;
}
