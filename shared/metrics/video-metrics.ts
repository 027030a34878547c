// Names that the media process emits and the alarms watch.
import type { MetricDefinition } from './bridge-metrics.ts';

/** Of one camera's video, once a minute; dimension: the camera. */
export const VIDEO_METRICS = {
  VideoServing: { unit: 'Count', meaning: '1 while MediaMTX runs, 0 otherwise' },
  VideoViewers: { unit: 'Count', meaning: 'who watches either stream now' },
  VideoUnavailable: { unit: 'Count', meaning: '1 while a stream that was asked for cannot be watched, 0 otherwise' },
  VideoStalls: { unit: 'Count', meaning: 'streams opened anew because they stood still, since the line before' },
  VideoServerRestarts: {
    unit: 'Count',
    meaning: 'starts of MediaMTX after it had ended by itself, since the line before',
  },
  VideoBytesSent: { unit: 'Count', meaning: 'bytes sent to viewers since the line before' },
} as const satisfies Record<string, MetricDefinition>;
export type VideoMetric = keyof typeof VIDEO_METRICS;
