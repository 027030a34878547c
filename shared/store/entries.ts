// Reading one list out of several index partitions: cameras' timelines, or the histories of a prefix's plates.
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type CameraId, CameraIdSchema } from '../detection/detection.ts';
import { type Moment, momentBounds, momentKey, parseMomentKey } from './keys.ts';
import { TABLE, type TableIndex } from './table.ts';

/** About what one billed unit of an index read holds: reading fewer entries at a time saves nothing. */
const MIN_READ_ENTRIES = 25;

export type Order = 'desc' | 'asc';

/** One index entry: what is known of a detection before its row is fetched. */
export type Entry = Moment & { key: string; camera: CameraId; expiresAtSeconds: number };

export type Span = {
  order: Order;
  /** Instant, inclusive. */
  from: string | undefined;
  /** Instant, exclusive. */
  to: string | undefined;
  /** Only what follows this moment in the given order. */
  after: Moment | undefined;
};

type Reading = {
  client: DynamoDBDocumentClient;
  table: string;
  index: TableIndex;
  partitions: readonly string[];
  span: Span;
  /** Entries the caller means to take; sizes the reads. */
  wanted: number;
};

type Lane = { partition: string; entries: Entry[]; next: Record<string, unknown> | undefined };

/** Yields the partitions' entries as one list. Reads as it is drawn from, so that the caller bounds the work. */
export async function* mergedEntries(reading: Reading): AsyncGenerator<Entry> {
  const lanes: Lane[] = await Promise.all(reading.partitions.map((partition) => readLane(reading, partition)));
  for (;;) {
    const lane = foremost(lanes, reading.span.order);
    const entry = lane?.entries.shift();
    if (lane === undefined || entry === undefined) return;
    yield entry;
    await refill(reading, lane);
  }
}

async function readLane(reading: Reading, partition: string): Promise<Lane> {
  const lane: Lane = { partition, entries: [], next: undefined };
  await readInto(reading, lane);
  await refill(reading, lane);
  return lane;
}

// A lane without entries would look finished, and the merge would overtake it.
async function refill(reading: Reading, lane: Lane): Promise<void> {
  while (lane.entries.length === 0 && lane.next !== undefined) await readInto(reading, lane);
}

async function readInto({ client, table, index, partitions, span, wanted }: Reading, lane: Lane): Promise<void> {
  const { low, high } = bounds(span);
  if (low > high) return;
  const { Items: items = [], LastEvaluatedKey: next } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: index.name,
      ScanIndexForward: span.order === 'asc',
      Limit: readLimit(wanted, partitions.length),
      KeyConditionExpression: '#partition = :partition AND #moment BETWEEN :low AND :high',
      ExpressionAttributeNames: { '#partition': index.partitionKey, '#moment': index.sortKey },
      ExpressionAttributeValues: { ':partition': lane.partition, ':low': low, ':high': high },
      ...(lane.next ? { ExclusiveStartKey: lane.next } : {}),
    }),
  );
  const seen = span.after === undefined ? undefined : momentKey(span.after);
  lane.entries.push(...items.map((item) => entryOf(item, index)).filter(({ key }) => key !== seen));
  lane.next = next;
}

// Twice the even share keeps most pages at one read per partition; two more for the dropped moment and the peek.
function readLimit(wanted: number, partitions: number): number {
  const share = partitions === 1 ? wanted : Math.ceil((2 * wanted) / partitions);
  return Math.max(MIN_READ_ENTRIES, share + 2);
}

function bounds({ order, from, to, after }: Span): { low: string; high: string } {
  const { low, high } = momentBounds(from, to);
  if (after === undefined) return { low, high };
  // BETWEEN takes in both ends; the moment itself is dropped again after reading.
  return order === 'desc' ? { low, high: momentKey(after) } : { low: momentKey(after), high };
}

function foremost(lanes: readonly Lane[], order: Order): Lane | undefined {
  let best: Lane | undefined;
  for (const lane of lanes) {
    const [mine, theirs] = [lane.entries[0]?.key, best?.entries[0]?.key];
    if (mine === undefined) continue;
    if (theirs === undefined || (order === 'desc' ? mine > theirs : mine < theirs)) best = lane;
  }
  return best;
}

function entryOf(item: Record<string, unknown>, index: TableIndex): Entry {
  const key = String(item[index.sortKey]);
  const camera = CameraIdSchema.parse(item.camera);
  return { ...parseMomentKey(key), key, camera, expiresAtSeconds: Number(item[TABLE.ttl]) };
}
