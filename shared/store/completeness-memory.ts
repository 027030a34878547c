// What the bridge knows of each camera's memory of plates: how far it was read, and what it had forgotten by then.
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { CameraId } from '../detection/detection.ts';
import { memoryReportKey } from './keys.ts';
import { withTableErrors } from './table-errors.ts';

/** A row is two minutes old before it is added (DESIGN, Detection), and on its way for no more than another. */
export const SETTLED_AFTER_MS = 180_000;
/** Beyond it the oldest are told no more. */
export const MAX_TOLD_GAPS = 50;
/** A report that is not taken in this time is overtaken by the next one. */
const WRITE_TIMEOUT_MS = 2_000;

const Instant = z.iso.datetime({ precision: 3 });

/** A span of which nobody remembers anything: the stream was not held, and the memory does not reach back so far. */
export const ForgottenSchema = z.object({
  from: Instant,
  to: Instant,
  /** `rolled_over`: newer vehicles took the places. `emptied`: it remembers none, as after a reboot. */
  why: z.enum(['rolled_over', 'emptied']),
  /** Vehicles that may have passed in it; 0 where nothing tells. */
  estimate: z.int().nonnegative(),
});
export type Forgotten = z.infer<typeof ForgottenSchema>;

/** All instants but `reportedAt` are those of the camera's own clock. */
export const MemoryReportSchema = z.object({
  reportedAt: Instant,
  /** False for a camera without the plates query; null until it was asked. */
  supported: z.boolean().nullable(),
  /** What passed before it was in the memory by the last look into it, and is in the hours' accounts. */
  sweptTo: Instant.nullable(),
  /** How far back the first look saw: of what was before nobody knows. */
  rememberedFrom: Instant.nullable(),
  /** The newest row that it ever told of. */
  lastRowAt: Instant.nullable(),
  /** The camera's clock minus ours; null when nobody knows. */
  aheadMs: z.number().nullable(),
  gaps: z.array(ForgottenSchema),
});
export type MemoryReport = z.infer<typeof MemoryReportSchema>;

/** Both throw Busy or Broken when the table does not answer. */
export interface MemoryReports {
  /** Null also for a report in a form that this version does not know. */
  read(camera: CameraId): Promise<MemoryReport | null>;
  write(camera: CameraId, report: MemoryReport): Promise<void>;
}

export function memoryReports({ client, table }: { client: DynamoDBDocumentClient; table: string }): MemoryReports {
  return {
    read: (camera) =>
      withTableErrors('read how far a memory was read', async () => {
        const command = new GetCommand({ TableName: table, Key: memoryReportKey(camera), ConsistentRead: true });
        const { Item } = await client.send(command);
        return MemoryReportSchema.safeParse(Item).data ?? null;
      }),
    write: (camera, report) =>
      withTableErrors('tell how far a memory was read', async () => {
        const command = new PutCommand({ TableName: table, Item: { ...report, ...memoryReportKey(camera) } });
        await client.send(command, { abortSignal: AbortSignal.timeout(WRITE_TIMEOUT_MS) });
      }),
  };
}
