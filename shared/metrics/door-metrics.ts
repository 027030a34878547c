// Names that the watch over the TLS door emits and the alarms watch.
import type { MetricDefinition } from './bridge-metrics.ts';

/** Value of `SERVICE_DIMENSION`: there is one door for all cameras. */
export const DOOR_SERVICE = 'door';
/** Of the door that viewers come through, every five minutes where there is one. */
export const DOOR_METRICS = {
  DoorServing: {
    unit: 'Count',
    meaning: '1 while the door answers by its name and with a good certificate, 0 otherwise',
  },
  DoorCertificateDays: { unit: 'Count', meaning: 'days until its certificate ends; none while there is no good one' },
} as const satisfies Record<string, MetricDefinition>;
export type DoorMetric = keyof typeof DOOR_METRICS;
