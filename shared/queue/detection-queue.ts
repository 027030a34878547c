import type { Detection } from '../detection/detection.ts';

/** Messages per SendMessageBatch; SQS takes no more (aws.md section 2). */
export const MAX_BATCH_MESSAGES = 10;

/** The road to the recorder: SQS. */
export interface DetectionQueue {
  /**
   * Sends up to MAX_BATCH_MESSAGES whole Detections. Resolves with the indexes that the queue did NOT take;
   * throws Broken when it took none (away, refused).
   */
  send(detections: readonly Detection[]): Promise<{ refused: number[] }>;
}
