import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { CAMERA_DIMENSION, type CameraMetric } from '../../shared/metrics/bridge-metrics.ts';
import type { CompletenessMetric } from '../../shared/metrics/completeness-metrics.ts';
import type { VideoMetric } from '../../shared/metrics/video-metrics.ts';
import type { PushedReadsMetric } from '../../shared/metrics/webhook-metrics.ts';
import { METRIC_NAMESPACE } from '../../shared/store/recorder-metrics.ts';

/** What bridge, media process and webhook say of each camera. */
export type OfCamera = CameraMetric | CompletenessMetric | VideoMetric | PushedReadsMetric;

export const cameraMetric = (camera: string, metricName: OfCamera, statistic: string, period: Duration) =>
  new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [CAMERA_DIMENSION]: camera },
    statistic,
    period,
  });
