// The one URL: routes to the webhook and the api function, CORS, throttles, and a log that holds no path and no query.
import { CfnOutput, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  CfnApiMapping,
  CfnStage,
  CorsHttpMethod,
  type CorsPreflightOptions,
  DomainName,
  HttpApi,
  HttpMethod,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { GateConfig } from '../config.ts';
import { GateFunction } from '../parts/gate-function.ts';
import { logRetention } from '../parts/log-retention.ts';
import { passwordAccess } from '../parts/password-access.ts';
import { CORS_METHODS, type GateRoute, gateRoutes, routeKey } from '../parts/routes.ts';
import { tokenEnvironment } from '../parts/token-environment.ts';
import type { DataStack } from './data.ts';
import type { IngestStack } from './ingest.ts';

/** Below the gateway's 30 s, so that the function's own answer is the one that is seen. */
const API_TIMEOUT_SECONDS = 29;
const API_MEBIBYTES = 1024;
const STAGE = '$default';
/** No path and no query: they hold push tokens, plates and cursors. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  routeKey: '$context.routeKey',
  status: '$context.status',
  sourceIp: '$context.identity.sourceIp',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
  integrationLatency: '$context.integrationLatency',
  responseLatency: '$context.responseLatency',
  responseLength: '$context.responseLength',
};
const PREFLIGHT_MINUTES = 10;
/** When no route says otherwise. */
const DEFAULT_THROTTLE = { throttlingRateLimit: 50, throttlingBurstLimit: 100 };

export type ApiStackProps = { config: GateConfig; data: DataStack; ingest: IngestStack };

export class ApiStack extends Stack {
  readonly api: HttpApi;
  readonly function: GateFunction;

  constructor(scope: Construct, id: string, { config, data, ingest }: ApiStackProps) {
    super(scope, id, { stackName: `${config.name}-api` });
    this.function = apiFunction(this, { config, data });
    this.api = new HttpApi(this, 'Api', {
      apiName: config.name,
      createDefaultStage: false,
      disableExecuteApiEndpoint: config.api !== undefined,
      ...(config.origins.length > 0 && { corsPreflight: corsFor(config.origins) }),
    });
    const integrations = {
      webhook: new HttpLambdaIntegration('Webhook', ingest.webhook.function),
      api: new HttpLambdaIntegration('Api', this.function.function),
    };
    const routes = gateRoutes(config.cameras.length);
    const added = routes.flatMap(({ method, path, function: target }) =>
      this.api.addRoutes({ path, methods: [methodOf(method)], integration: integrations[target] }),
    );
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'The api function verifies every token itself, by the code that the tests run; a push has no token, and its source address and path decide.',
    });
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: logRetention(config.retention.logsDays),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new CfnStage(this, 'Stage', {
      apiId: this.api.apiId,
      stageName: STAGE,
      autoDeploy: true,
      accessLogSettings: { destinationArn: accessLog.logGroupArn, format: JSON.stringify(ACCESS_LOG) },
      defaultRouteSettings: { ...DEFAULT_THROTTLE, detailedMetricsEnabled: false },
      routeSettings: Object.fromEntries(
        routes.map((route) => [
          routeKey(route),
          { ThrottlingRateLimit: route.throttle.rate, ThrottlingBurstLimit: route.throttle.burst },
        ]),
      ),
    });
    for (const route of added) stage.node.addDependency(route);
    if (config.api) this.#serveUnder(config.api, stage);
    new CfnOutput(this, 'ApiUrl', { value: config.api ? `https://${config.api.domain}` : this.api.apiEndpoint });
  }

  #serveUnder({ domain, certificateArn }: NonNullable<GateConfig['api']>, stage: CfnStage): void {
    const name = new DomainName(this, 'Domain', {
      domainName: domain,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
    });
    const mapping = new CfnApiMapping(this, 'Mapping', {
      apiId: this.api.apiId,
      domainName: name.name,
      stage: STAGE,
    });
    mapping.node.addDependency(stage);
    new CfnOutput(this, 'ApiDomainTarget', { value: name.regionalDomainName });
  }
}

function apiFunction(stack: Stack, { config, data }: Pick<ApiStackProps, 'config' | 'data'>): GateFunction {
  const api = new GateFunction(stack, 'ApiFunction', {
    name: 'api',
    memoryMebibytes: API_MEBIBYTES,
    timeoutSeconds: API_TIMEOUT_SECONDS,
    environment: {
      GATE_TABLE: data.table.tableName,
      GATE_PICTURES_BUCKET: data.pictures.bucketName,
      ...tokenEnvironment(data.tokens, config.origins),
      GATE_RETENTION_DAYS: String(config.retention.detectionsDays),
      ...(config.video && { GATE_LIVE_URL: `https://${config.video.domain}` }),
    },
    cameras: config.cameras,
    logsDays: config.retention.logsDays,
  });
  const rows = [
    'dynamodb:GetItem',
    'dynamodb:BatchGetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:Query',
  ];
  api.allow(rows, [data.table.tableArn]);
  api.allow(['dynamodb:Query'], data.indexArns);
  // Links to pictures are signed with this role.
  api.allow(['s3:GetObject'], [data.pictureArns]);
  Validations.of(api).acknowledge(data.picturesWildcard);
  for (const statement of passwordAccess(stack, data.passwordKey, config.cameras)) api.allowStatement(statement);
  return api;
}

function corsFor(origins: string[]): CorsPreflightOptions {
  return {
    allowOrigins: origins,
    allowMethods: CORS_METHODS.map((method) => CorsHttpMethod[method]),
    allowHeaders: ['authorization', 'content-type'],
    exposeHeaders: ['retry-after'],
    maxAge: Duration.minutes(PREFLIGHT_MINUTES),
  };
}

function methodOf(method: GateRoute['method']): HttpMethod {
  return { ANY: HttpMethod.ANY, GET: HttpMethod.GET, POST: HttpMethod.POST }[method];
}
