// Who is called when the gate fails, and where to look.
import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { Alarm, Dashboard, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { CAMERA_DIMENSION } from '../../shared/metrics/bridge-metrics.ts';
import { PUSHED_READS, WEBHOOK_METRICS } from '../../shared/metrics/webhook-metrics.ts';
import { METRIC_NAMESPACE } from '../../shared/store/recorder-metrics.ts';
import { apiAlarms } from '../alarms/api-alarms.ts';
import { bridgeAlarms, cameraAlarms } from '../alarms/bridge-alarms.ts';
import { completenessAlarms } from '../alarms/completeness-alarms.ts';
import { type GateAlarm, headingAnchor } from '../alarms/gate-alarm.ts';
import { ingestAlarms } from '../alarms/ingest-alarms.ts';
import { tableAlarms } from '../alarms/table-alarms.ts';
import { cameraVideoAlarms, videoAlarms } from '../alarms/video-alarms.ts';
import type { GateConfig } from '../config.ts';
import { costLine } from '../cost/monthly-cost.ts';
import { dashboardRows } from '../parts/dashboard.ts';
import { deployedNumbers } from '../parts/deployed-numbers.ts';
import type { ApiStack } from './api.ts';
import type { BridgeStack } from './bridge.ts';
import type { DataStack } from './data.ts';
import type { IngestStack } from './ingest.ts';

const RUNBOOK = 'cdk/runbook.md';

export type OpsStackProps = {
  config: GateConfig;
  data: DataStack;
  ingest: IngestStack;
  api: ApiStack;
  bridge: BridgeStack;
};

export class OpsStack extends Stack {
  /** In the order of the data. */
  readonly alarms: readonly GateAlarm[];
  readonly monthlyCost: string;

  constructor(scope: Construct, id: string, { config, data, ingest, api, bridge }: OpsStackProps) {
    super(scope, id, { stackName: `${config.name}-ops` });
    countWebhookEvents(ingest);
    const topic = new Topic(this, 'Alarms', { displayName: config.name, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(config.alarmEmail));
    Validations.of(topic).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason:
        'A mail that is not delivered would wait in a queue that nobody reads; the alarm itself stays on the dashboard.',
    });
    const cameras = config.cameras.map(({ id: camera }) => camera);
    const showsVideo = config.video !== undefined;
    this.alarms = [
      ...config.cameras.flatMap((camera) => [...cameraAlarms(camera), ...completenessAlarms(camera.id)]),
      ...bridgeAlarms(),
      ...ingestAlarms(ingest),
      ...tableAlarms(data),
      ...apiAlarms(api),
      ...(showsVideo ? [...videoAlarms(cameras[0] ?? ''), ...cameras.flatMap(cameraVideoAlarms)] : []),
    ];
    const action = new SnsAction(topic);
    for (const definition of this.alarms) {
      const alarm = this.#alarm(definition, config.name);
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
    new Dashboard(this, 'Dashboard', {
      dashboardName: config.name,
      widgets: dashboardRows({ cameras, data, ingest, api, showsVideo }),
    });
    this.monthlyCost = costLine(
      deployedNumbers({ config, ingest, bridge, alarms: this.alarms.length }),
      config.expected,
    );
    new CfnOutput(this, 'MonthlyCost', { value: this.monthlyCost });
  }

  #alarm(definition: GateAlarm, deployment: string): Alarm {
    const { title, camera, impact, urgency, metric, comparison, threshold, periods, missing } = definition;
    const name = camera === undefined ? title : `${title}: ${camera}`;
    return new Alarm(this, name.replaceAll(/[^A-Za-z0-9]/g, ''), {
      alarmName: `${deployment}: ${name}`,
      alarmDescription: `${urgency.toUpperCase()}. ${impact} What to do: ${RUNBOOK}#${headingAnchor(title)}`,
      metric,
      comparisonOperator: comparison,
      threshold,
      evaluationPeriods: periods,
      treatMissingData: missing === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}

/** In the webhook's own stack, where its log is. */
function countWebhookEvents({ webhook }: IngestStack): void {
  for (const [metricName, event] of Object.entries(WEBHOOK_METRICS)) {
    new MetricFilter(webhook, metricName, {
      logGroup: webhook.logGroup,
      filterPattern: FilterPattern.stringValue('$.message', '=', event),
      metricNamespace: METRIC_NAMESPACE,
      metricName,
      metricValue: '1',
    });
  }
  for (const [metricName, { event, camera, reads, pictures }] of Object.entries(PUSHED_READS)) {
    new MetricFilter(webhook, metricName, {
      logGroup: webhook.logGroup,
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue('$.message', '=', event),
        FilterPattern.numberValue(`$.${pictures}`, '=', 0),
      ),
      metricNamespace: METRIC_NAMESPACE,
      metricName,
      metricValue: `$.${reads}`,
      dimensions: { [CAMERA_DIMENSION]: `$.${camera}` },
    });
  }
}
