import { BRIDGE_METRICS, CAMERA_METRICS } from '../../shared/metrics/bridge-metrics.ts';
import { COMPLETENESS_METRICS } from '../../shared/metrics/completeness-metrics.ts';
import { DOOR_METRICS } from '../../shared/metrics/door-metrics.ts';
import { VIDEO_METRICS } from '../../shared/metrics/video-metrics.ts';
import { PUSHED_READS, WEBHOOK_METRICS } from '../../shared/metrics/webhook-metrics.ts';
import { RECORDER_METRICS } from '../../shared/store/recorder-metrics.ts';
import { TABLE } from '../../shared/store/table.ts';
import type { GateConfig } from '../config.ts';
import type { Deployed } from '../cost/monthly-cost.ts';
import type { BridgeStack } from '../stacks/bridge.ts';
import type { IngestStack } from '../stacks/ingest.ts';

export type DeployedNumbersProps = { config: GateConfig; ingest: IngestStack; bridge: BridgeStack; alarms: number };

/** What costs money, counted where it is made. */
export function deployedNumbers({ config, ingest, bridge, alarms }: DeployedNumbersProps): Deployed {
  const cameras = config.cameras.length;
  const showsVideo = config.video !== undefined;
  const ofEachCamera = count([CAMERA_METRICS, COMPLETENESS_METRICS, PUSHED_READS, showsVideo ? VIDEO_METRICS : {}]);
  const ofAll = count([BRIDGE_METRICS, WEBHOOK_METRICS, RECORDER_METRICS, showsVideo ? DOOR_METRICS : {}]);
  return {
    cameras,
    instanceType: config.bridge.instanceType,
    volumeGibibytes: bridge.rootGibibytes + bridge.volumeGibibytes,
    indexes: TABLE.indexes.length,
    alarms,
    customMetrics: ofAll + cameras * ofEachCamera,
    recorderMebibytes: ingest.recorder.memoryMebibytes,
    webhookMebibytes: ingest.webhook.memoryMebibytes,
    detectionsDays: config.retention.detectionsDays,
    picturesDays: config.retention.picturesDays,
  };
}

function count(metrics: readonly object[]): number {
  return metrics.flatMap((some) => Object.keys(some)).length;
}
