// Queue to table. A message counts as done when it is stored or, if it never can be, when the dead-letter queue has it.
import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type Detection, DetectionSchema } from '../../shared/detection/detection.ts';
import type { DetectionStore, Recorded } from '../../shared/store/detections.ts';
import type { RecorderMetric } from '../../shared/store/recorder-metrics.ts';
import { Rejected, reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';

/** Rows written at a time: a batch of ten is done in three rounds, and a redriven queue does not flood the table. */
const MAX_PARALLEL = 4;

/** Why a message can never be stored: the `reason` attribute in the dead-letter queue. Stable, and tells no content. */
export type PoisonReason = 'not_json' | 'not_a_detection' | 'identity_conflict';

export type RecorderDependencies = {
  store: Pick<DetectionStore, 'record'>;
  /** Resolves once the dead-letter queue has the message. */
  deadLetter: (body: string, reason: PoisonReason) => Promise<void>;
  count: (metric: RecorderMetric) => void;
  log: Log;
};

const METRIC_OF = {
  created: 'DetectionsCreated',
  merged: 'DetectionsMerged',
  matched: 'HistoryMatched',
} as const satisfies Record<Recorded, RecorderMetric>;

type Parsed = { detection: Detection } | { poison: PoisonReason };

/** Handles one SQS event; answers which messages the queue must bring again. Never throws. */
export async function recordBatch(event: SQSEvent, dependencies: RecorderDependencies): Promise<SQSBatchResponse> {
  const waiting = [...event.Records];
  const batchItemFailures: SQSBatchItemFailure[] = [];
  const worker = async (): Promise<void> => {
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
      const done = await recordMessage(message, dependencies);
      if (!done) batchItemFailures.push({ itemIdentifier: message.messageId });
    }
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL }, worker));
  return { batchItemFailures };
}

async function recordMessage({ body, messageId }: SQSRecord, dependencies: RecorderDependencies): Promise<boolean> {
  const { store, count, log } = dependencies;
  try {
    const parsed = parse(body);
    if ('poison' in parsed) {
      await setAside(body, messageId, parsed.poison, dependencies);
      return true;
    }
    const outcome = await storeOrRefuse(parsed.detection, store);
    if (outcome === 'refused') {
      await setAside(body, messageId, 'identity_conflict', dependencies);
      return true;
    }
    const { id, camera, late, pictures } = parsed.detection;
    count(METRIC_OF[outcome]);
    log.info('detection.stored', { id, camera, outcome, late, pictures: pictures.length });
    return true;
  } catch (thrown) {
    count('DetectionsFailed');
    log.error('detection.failed', { messageId, reason: reasonOf(thrown) });
    return false;
  }
}

async function storeOrRefuse(detection: Detection, store: Pick<DetectionStore, 'record'>) {
  try {
    return await store.record(detection);
  } catch (thrown) {
    // Rejected is for good: bringing the same message again cannot help.
    if (thrown instanceof Rejected) return 'refused';
    throw thrown;
  }
}

async function setAside(
  body: string,
  messageId: string,
  reason: PoisonReason,
  { deadLetter, count, log }: RecorderDependencies,
): Promise<void> {
  await deadLetter(body, reason);
  count('DetectionsPoisoned');
  log.error('detection.poisoned', { messageId, reason });
}

function parse(body: string): Parsed {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { poison: 'not_json' };
  }
  const detection = DetectionSchema.safeParse(json);
  return detection.success ? { detection: detection.data } : { poison: 'not_a_detection' };
}
