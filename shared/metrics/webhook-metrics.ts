// What the webhook's log tells the alarms: CloudWatch counts these events, so the function needs no metric of its own.
export const WEBHOOK_METRICS = {
  PushesRefused: 'webhook.refused',
  PushesNotQueued: 'webhook.queue.failed',
  PushPicturesLost: 'webhook.pictures.lost',
} as const;
export type WebhookMetric = keyof typeof WEBHOOK_METRICS;

/**
 * Of one camera, summed from the fields of its pushes' lines; dimension: the camera. A read is sent at once and again with
 * its pictures: it is counted by the first, which has none.
 */
export const PUSHED_READS = {
  ReadsPushed: { event: 'webhook.accepted', camera: 'camera', reads: 'reads', pictures: 'pictures' },
} as const;
export type PushedReadsMetric = keyof typeof PUSHED_READS;
