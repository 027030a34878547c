// Names that the bridge emits and the alarms watch; CloudWatch's own units.

export type MetricDefinition = { unit: 'Count' | 'Seconds'; meaning: string };

/** Dimension of the metrics of one camera; its value is the camera's id. */
export const CAMERA_DIMENSION = 'Camera';
/** Of one camera, once a minute and on every change of its stream; of one that only pushes, GuardShut alone. */
export const CAMERA_METRICS = {
  StreamConnected: { unit: 'Count', meaning: '1 while bytes of the alert stream come and are read, 0 otherwise' },
  StreamSilentSeconds: { unit: 'Seconds', meaning: 'since the last byte of the alert stream, or since the start' },
  StreamConnects: { unit: 'Count', meaning: 'streams opened since the line before' },
  HeartbeatAgeSeconds: { unit: 'Seconds', meaning: 'since the last heartbeat; none before the first' },
  ReadsSuspiciouslyQuiet: { unit: 'Count', meaning: '1 while no plate comes where some should, 0 otherwise' },
  VehiclesWithoutPlate: { unit: 'Count', meaning: 'vehicles told of without a plate since the line before' },
  ClockOffsetSeconds: { unit: 'Seconds', meaning: 'how far the camera’s clock is from ours, either way' },
  GuardShut: { unit: 'Count', meaning: '1 while nobody logs in to the camera, so that it never locks' },
} as const satisfies Record<string, MetricDefinition>;
export type CameraMetric = keyof typeof CAMERA_METRICS;

/** Dimension of the metrics of the whole bridge, as the functions have it; its value is `bridge`. */
export const SERVICE_DIMENSION = 'service';
/** Of the whole bridge, once a minute. */
export const BRIDGE_METRICS = {
  BridgeAlive: { unit: 'Count', meaning: '1 in every line: their absence is the alarm' },
  OutboxReads: { unit: 'Count', meaning: 'reads on disk that the queue has not taken yet' },
  OutboxPictures: { unit: 'Count', meaning: 'reads on disk whose pictures are not stored yet' },
  OutboxOldestSeconds: { unit: 'Seconds', meaning: 'how long the oldest of both waits; 0 when none does' },
  OutboxDropped: { unit: 'Count', meaning: 'pictures given up for want of room since the line before' },
  OutboxBad: { unit: 'Count', meaning: 'damaged or refused files that a person has to look at' },
} as const satisfies Record<string, MetricDefinition>;
export type BridgeMetric = keyof typeof BRIDGE_METRICS;
