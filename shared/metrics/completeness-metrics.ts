// Names that the bridge emits about the cameras' memories, and the alarms watch.
import type { MetricDefinition } from './bridge-metrics.ts';

/** Of one camera, once a minute and whenever the first one changes; dimension: the camera. */
export const COMPLETENESS_METRICS = {
  ReadsMissing: {
    unit: 'Count',
    meaning:
      'rows of the camera’s memory, of the last 24 hours with traffic, that the table lacks and the next sweep did not ' +
      'bring; 0 again when they are stored; no value while the table cannot be asked',
  },
  ReadsRecovered: { unit: 'Count', meaning: 'reads that only the memory had, since the line before' },
  ReadsForgotten: {
    unit: 'Count',
    meaning:
      'reads that nobody has any more, since the line before: the memory had rolled over or was emptied; an estimate, ' +
      'at least 1 for each such span',
  },
  MemorySupported: { unit: 'Count', meaning: '1 where the camera’s memory can be asked, 0 where it has none' },
  SweepAgeSeconds: {
    unit: 'Seconds',
    meaning: 'since the memory was last asked with success, or since the start; none where there is no memory',
  },
} as const satisfies Record<string, MetricDefinition>;
export type CompletenessMetric = keyof typeof COMPLETENESS_METRICS;
