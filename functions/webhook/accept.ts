// One push through API Gateway: who, how much, what — and an answer only once the queue has it.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Detection } from '../../shared/detection/detection.ts';
import type { PictureStore } from '../../shared/pictures/picture-store.ts';
import type { DetectionQueue } from '../../shared/queue/detection-queue.ts';
import type { Clock } from '../../shared/support/clock.ts';
import { reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { MAX_PUSH_BYTES, type PushedRead, readPush } from '../../shared/webhook/intake.ts';
import { tokenInPath } from '../../shared/webhook/push-path.ts';
import type { PushSource } from '../../shared/webhook/push-source.ts';
import type { MeasuredOffsets } from './measured-offsets.ts';

/** What base64 makes of the largest push; longer bodies are refused before anything is decoded. */
const MAX_ENCODED_CHARACTERS = Math.ceil(MAX_PUSH_BYTES / 3) * 4;
/** Cameras give up after a few seconds: a slow picture store costs the pictures, never the plate. */
const PICTURES_DEADLINE_MS = 3_000;

export type Accept = {
  source: PushSource;
  clockOffsets: MeasuredOffsets;
  pictures: PictureStore;
  queue: DetectionQueue;
  clock: Clock;
  log: Log;
};

type Answer = APIGatewayProxyStructuredResultV2;

/** 200 when the queue has every read (or there is none), 403 for a foreign source, 413 for too much, 503 when the queue is away. */
export async function accept(event: APIGatewayProxyEventV2, deps: Accept): Promise<Answer> {
  const { source, clockOffsets, clock, log } = deps;
  const receivedAt = clock.now();
  // The peer that API Gateway saw; a forged X-Forwarded-For is never looked at.
  const sourceAddress = event.requestContext?.http?.sourceIp ?? '';
  const token = tokenInPath(event.rawPath);
  const candidates = token === undefined ? [] : source.candidates({ sourceAddress, token });
  if (candidates.length === 0) {
    log.warn('webhook.refused', { reason: 'foreign source', withToken: token !== null });
    return answer(403);
  }
  const body = decodeBody(event);
  if (body === 'too large') {
    log.warn('webhook.refused', { reason: 'too large', limitBytes: MAX_PUSH_BYTES });
    return answer(413);
  }
  const contentType = header(event, 'content-type');
  const clockOffsetOf = await clockOffsets(candidates.map(({ id }) => id));
  const contents = readPush({ contentType, body, candidates, receivedAt, clockOffsetOf });
  for (const fault of contents.faults) log.warn('webhook.part.refused', fault);
  if (contents.reads.length === 0) {
    log.info('webhook.ignored', { bytes: body.length, events: contents.ignored });
    return answer(200);
  }
  return (await handOn(contents.reads, deps)) ? answer(200) : { ...answer(503), headers: { 'Retry-After': '5' } };
}

/** The reads at once, as a plate never waits for its pictures; then each again, whole. True when the queue has every read. */
async function handOn(reads: readonly PushedRead[], deps: Accept): Promise<boolean> {
  const plates = reads.map(({ detection }) => ({ ...detection, pictures: [] }));
  const [taken, whole] = await Promise.all([
    send(plates, deps),
    Promise.all(reads.map((read) => storePictures(read, deps))),
  ]);
  const withPictures = whole.filter(({ pictures }) => pictures.length > 0);
  if (taken && withPictures.length > 0) await send(withPictures, deps);
  return taken;
}

async function send(detections: readonly Detection[], { queue, log }: Accept): Promise<boolean> {
  try {
    const { refused } = await queue.send(detections);
    for (const index of refused) log.error('webhook.read.refused', { detection: detections[index]?.id });
    const pictures = detections.reduce((sum, detection) => sum + detection.pictures.length, 0);
    log.info('webhook.accepted', {
      camera: detections[0]?.camera,
      reads: detections.length - refused.length,
      pictures,
    });
    return refused.length === 0;
  } catch (error) {
    log.error('webhook.queue.failed', { reads: detections.length, reason: reasonOf(error) });
    return false;
  }
}

/** The Detection with as many of its pictures as could be stored in time. */
async function storePictures(read: PushedRead, { pictures, clock, log }: Accept): Promise<Detection> {
  const stored = new Set<string>();
  const puts = [...read.bytesByKey].map(async ([key, bytes]) => {
    await pictures.put(key, bytes, 'image/jpeg');
    stored.add(key);
  });
  const deadline = new AbortController();
  const late = clock.sleep(PICTURES_DEADLINE_MS, deadline.signal).catch(() => {});
  await Promise.race([Promise.allSettled(puts), late]);
  deadline.abort();
  const detection = { ...read.detection, pictures: read.detection.pictures.filter(({ key }) => stored.has(key)) };
  const lost = read.detection.pictures.length - detection.pictures.length;
  if (lost > 0) log.error('webhook.pictures.lost', { detection: detection.id, lost });
  return detection;
}

function decodeBody(event: APIGatewayProxyEventV2): Buffer | 'too large' {
  const text = event.body ?? '';
  if (text.length > MAX_ENCODED_CHARACTERS) return 'too large';
  const body = Buffer.from(text, event.isBase64Encoded ? 'base64' : 'utf8');
  return body.length > MAX_PUSH_BYTES ? 'too large' : body;
}

function header(event: APIGatewayProxyEventV2, name: string): string {
  return event.headers?.[name] ?? '';
}

function answer(statusCode: number): Answer {
  return { statusCode, body: '' };
}
