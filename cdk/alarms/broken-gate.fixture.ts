// What a gate says at which everything is wrong, by the code that says it.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { metricDocument } from '../../bridge/camera-state/metric-document.ts';
import { bridgeMetrics, cameraMetrics } from '../../bridge/camera-state/metrics-of.ts';
import { roadAt } from '../../bridge/camera-state/road.fixture.ts';
import { completenessMetrics } from '../../bridge/completeness/metrics-of.ts';
import { watchDoor } from '../../bridge/host/door/watch-door.ts';
import { emitVideoMetrics } from '../../bridge/media/video-state/emit-video-metrics.ts';
import { videoReport } from '../../bridge/media/video-state/video-report.ts';
import { recordBatch } from '../../functions/recorder/record.ts';
import { accept } from '../../functions/webhook/accept.ts';
import { CameraIdSchema } from '../../shared/detection/detection.ts';
import {
  BRIDGE_METRICS,
  CAMERA_DIMENSION,
  CAMERA_METRICS,
  SERVICE_DIMENSION,
} from '../../shared/metrics/bridge-metrics.ts';
import { COMPLETENESS_METRICS } from '../../shared/metrics/completeness-metrics.ts';
import { aDetection } from '../../shared/store/detection.fixture.ts';
import { METRIC_NAMESPACE } from '../../shared/store/recorder-metrics.ts';
import { isoInstant, systemClock } from '../../shared/support/clock.ts';
import { drivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { Broken } from '../../shared/support/errors.ts';
import { type LogFields, silentLog } from '../../shared/support/log.ts';
import { streamName } from '../../shared/video/stream-name.ts';
import { pushSource } from '../../shared/webhook/push-source.ts';

export type Told = {
  /** In CloudWatch's embedded metric format. */
  documents: Record<string, unknown>[];
  /** Of the webhook's log, which metric filters count. */
  webhookEvents: string[];
};

export async function brokenGate(): Promise<Told> {
  return {
    documents: [
      brokenCamera(),
      forgetfulCamera(),
      cutOffBridge(),
      await endingMediaServer(),
      await closedDoor(),
      await failingRecorder(),
    ],
    webhookEvents: await failingWebhook(),
  };
}

function brokenCamera(): Record<string, unknown> {
  const now = systemClock.now();
  const { state, clockOffset, quiet } = roadAt(systemClock, silentLog);
  const suspicious = { status: 'quiet_suspicious' as const, reason: 'no read for 47 min' };
  clockOffset.heard(isoInstant(now - 90_000), now, 'UTC');
  const road = { state, clockOffset, quiet: Object.assign(quiet, { reading: () => suspicious }) };
  const told = { connects: 0, vehiclesWithoutPlate: 0 };
  const values = cameraMetrics({ road, told, isShut: true, startedAt: now, now });
  const dimension = { name: CAMERA_DIMENSION, value: 'gate' };
  return JSON.parse(metricDocument({ at: now, dimension, definitions: CAMERA_METRICS, values }));
}

function cutOffBridge(): Record<string, unknown> {
  const now = systemClock.now();
  const depth = { reads: 9, pictures: 9, oldestAt: isoInstant(now - 600_000), dropped: 3, bad: 1 };
  const dimension = { name: SERVICE_DIMENSION, value: 'bridge' };
  const values = bridgeMetrics(depth, 0, now);
  return JSON.parse(metricDocument({ at: now, dimension, definitions: BRIDGE_METRICS, values }));
}

function forgetfulCamera(): Record<string, unknown> {
  const now = systemClock.now();
  const hourAgo = now - 3_600_000;
  const values = completenessMetrics({
    view: { supported: true, lastSweepAt: isoInstant(hourAgo) },
    missing: 2,
    counts: { recovered: 5, forgotten: 3 },
    told: { recovered: 5, forgotten: 0 },
    startedAt: hourAgo,
    now,
  });
  const dimension = { name: CAMERA_DIMENSION, value: 'gate' };
  return JSON.parse(metricDocument({ at: now, dimension, definitions: COMPLETENESS_METRICS, values }));
}

/** The line of a MediaMTX that has ended three times within a minute, while somebody asked for the lane. */
async function endingMediaServer(): Promise<Record<string, unknown>> {
  const camera = CameraIdSchema.parse('gate');
  const clock = drivenClock();
  const stop = new AbortController();
  const lines: string[] = [];
  const stream = { stream: streamName(camera, 'sub'), ready: false, stalled: false, reason: 'the camera refuses it' };
  const counts = { bytesReceived: 0, bytesSent: 0, stalls: 0, restarts: 0 };
  const none = { ...counts, facts: null, code: null, tracks: [], viewers: { webrtc: 0, hls: 0, rtsp: 0 } };
  let restarts = 0;
  await emitVideoMetrics({
    cameras: [camera],
    report: () => {
      const server = { status: 'restarting' as const, since: isoInstant(clock.now()), reason: null, version: null };
      return videoReport(
        camera,
        { server: { ...server, restarts }, streams: [{ ...stream, ...none }], viewers: [] },
        0,
      );
    },
    print: (line) => {
      lines.push(line);
      restarts += 3;
      if (lines.length === 2) stop.abort();
      else setImmediate(() => clock.step(60_000));
    },
    clock,
    signal: stop.signal,
  });
  return JSON.parse(lines[1] ?? '{}');
}

async function closedDoor(): Promise<Record<string, unknown>> {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await watchDoor({
    place: { name: 'video.gate.example.com', host: '127.0.0.1', port },
    print: (line) => {
      stop.abort();
      resolve(line);
    },
    clock: systemClock,
    log: silentLog,
    signal: stop.signal,
  });
  return JSON.parse(await promise);
}

async function failingRecorder(): Promise<Record<string, unknown>> {
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: 'recorder' });
  const Records = [{ messageId: '1', body: JSON.stringify(aDetection()) }];
  const store = { record: () => Promise.reject(new Broken('internal', 'could not store: the table is away')) };
  await recordBatch({ Records } as Parameters<typeof recordBatch>[0], {
    store,
    deadLetter: async () => {},
    count: (metric) => metrics.addMetric(metric, 'Count', 1),
    log: silentLog,
  });
  return JSON.parse(JSON.stringify(metrics.serializeMetrics()));
}

/** The events of its log, which the metric filters count. */
async function failingWebhook(): Promise<string[]> {
  const events: string[] = [];
  const note = (event: string, _?: LogFields) => void events.push(event);
  const away = () => Promise.reject(new Broken('internal', 'could not send: it is away'));
  const body = readFileSync(new URL('../../test/samples/webhook_7series_composite.http', import.meta.url));
  const push = (sourceIp: string) =>
    accept(
      {
        rawPath: '/api/gate/anpr-event/',
        headers: {},
        isBase64Encoded: true,
        body: body.toString('base64'),
        requestContext: { http: { sourceIp } },
      } as unknown as APIGatewayProxyEventV2,
      {
        source: pushSource([{ id: CameraIdSchema.parse('gate'), pushFrom: ['192.0.2.10'] }]),
        clockOffsets: async () => () => null,
        pictures: { put: away, url: away },
        queue: { send: away },
        clock: systemClock,
        log: { info: note, warn: note, error: note },
      },
    );
  await push('192.0.2.99');
  await push('192.0.2.10');
  return events;
}
