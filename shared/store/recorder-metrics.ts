// Names that the recorder emits and the alarms watch.
export const METRIC_NAMESPACE = 'GateCamera';

/** What the recorder counts, one per message. */
export const RECORDER_METRICS = [
  'DetectionsCreated',
  'DetectionsMerged',
  /** Of the camera's memory, and another road's read under another id: added to that one. */
  'HistoryMatched',
  /** Never storable; set aside in the dead-letter queue. */
  'DetectionsPoisoned',
  /** Not stored this time; the queue brings it again. */
  'DetectionsFailed',
] as const;
export type RecorderMetric = (typeof RECORDER_METRICS)[number];
