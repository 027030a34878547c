// Names that the recorder emits and the alarms watch.
export const METRIC_NAMESPACE = 'GateCamera';

/** What the recorder counts, one per message. */
export const RECORDER_METRICS = [
  'DetectionsCreated',
  'DetectionsMerged',
  /** Never storable; set aside in the dead-letter queue. */
  'DetectionsPoisoned',
  /** Not stored this time; the queue brings it again. */
  'DetectionsFailed',
] as const;
export type RecorderMetric = (typeof RECORDER_METRICS)[number];
