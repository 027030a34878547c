// What the webhook's log tells the alarms: CloudWatch counts these events, so the function needs no metric of its own.
export const WEBHOOK_METRICS = {
  PushesRefused: 'webhook.refused',
  PushesNotQueued: 'webhook.queue.failed',
  PushPicturesLost: 'webhook.pictures.lost',
} as const;
export type WebhookMetric = keyof typeof WEBHOOK_METRICS;
