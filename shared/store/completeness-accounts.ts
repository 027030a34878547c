// What each camera's memory told of each hour, as seen over all looks into it: one item per camera and hour, written whole.
import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { CameraId } from '../detection/detection.ts';
import { type Clock, isoInstant } from '../support/clock.ts';
import { MAX_ACCOUNT_ROWS, packRows, type RememberedRow, unpackRows } from './completeness-rows.ts';
import { hourAccountKey } from './keys.ts';
import { TABLE } from './table.ts';
import { isConditionFailure, withTableErrors } from './table-errors.ts';

export const HOUR_MS = 3_600_000;
/** A week's question and a day. Where reads are kept for less, nobody can tell of the hours before (completeness.ts). */
export const ACCOUNT_DAYS = 8;
const DAY_SECONDS = 86_400;
/** Within it a camera's clock is where it was. */
const SAME_CLOCK_MS = 60_000;

export type HourAccount = {
  /** The instant at which the hour begins, by the camera's clock. */
  hour: string;
  /** Every row once; as it was first told. */
  rows: readonly RememberedRow[];
  /** True where the memory held more rows than an account has room for. */
  isCapped: boolean;
  /** The camera's clock minus ours when it was last asked; null when nobody knew. */
  aheadMs: number | null;
  /** How often it was written. */
  version: number;
};

/** All throw Busy or Broken when the table does not answer. */
export interface HourAccounts {
  read(camera: CameraId, hour: string): Promise<HourAccount | null>;
  /** Of all hours that begin at or after `from` and before `to`, oldest first. */
  between(camera: CameraId, from: string, to: string): Promise<HourAccount[]>;
  /** What is written now: fewer rows where they are too long. Null when somebody else has written since it was read. */
  write(camera: CameraId, account: HourAccount): Promise<HourAccount | null>;
}

const Item = z.object({
  hour: z.iso.datetime({ precision: 3 }),
  rows: z.instanceof(Uint8Array),
  isCapped: z.boolean(),
  aheadMs: z.number().nullable(),
  version: z.int(),
  [TABLE.ttl]: z.number(),
});

export function hourOf(instant: string): string {
  return isoInstant(Math.floor(Date.parse(instant) / HOUR_MS) * HOUR_MS);
}

export function emptyAccount(hour: string): HourAccount {
  return { hour, rows: [], isCapped: false, aheadMs: null, version: 0 };
}

type Told = Pick<HourAccount, 'rows' | 'aheadMs'> & Partial<Pick<HourAccount, 'isCapped'>>;

/** The account with these rows too, all of its own hour; the very same one when they tell it nothing. */
export function withRows(account: HourAccount, { rows, aheadMs, isCapped: tellsNotAll = false }: Told): HourAccount {
  const known = new Set(account.rows.map(keyOf));
  const news = new Map(rows.filter((row) => !known.has(keyOf(row))).map((row) => [keyOf(row), row]));
  const clock = isSameClock(account.aheadMs, aheadMs) ? account.aheadMs : aheadMs;
  const room = account.isCapped ? 0 : MAX_ACCOUNT_ROWS - account.rows.length;
  const isCapped = account.isCapped || tellsNotAll || news.size > room;
  const isNews = Math.min(news.size, room) > 0 || clock !== account.aheadMs || isCapped !== account.isCapped;
  if (!isNews) return account;
  return { ...account, rows: [...account.rows, ...[...news.values()].slice(0, room)], isCapped, aheadMs: clock };
}

/** Two vehicles of one moment may bear one name; and one that is told anew in another zone has another id. */
function keyOf({ picName, plate, lane }: RememberedRow): string {
  return `${picName} ${plate ?? ''} ${lane}`;
}

function isSameClock(known: number | null, told: number | null): boolean {
  return told === null || (known !== null && Math.abs(told - known) < SAME_CLOCK_MS);
}

type Dependencies = { client: DynamoDBDocumentClient; table: string; clock: Pick<Clock, 'now'> };

export function tableHourAccounts({ client, table, clock }: Dependencies): HourAccounts {
  const nowSeconds = () => Math.floor(clock.now() / 1000);

  /** Null for one that has expired, or in a form that this version does not know. */
  async function accountOf(item: unknown): Promise<HourAccount | null> {
    const { data } = Item.safeParse(item);
    if (data === undefined || data[TABLE.ttl] <= nowSeconds()) return null;
    const { hour, isCapped, aheadMs, version } = data;
    return { hour, rows: await unpackRows(hour, data.rows), isCapped, aheadMs, version };
  }

  async function between(camera: CameraId, from: string, to: string): Promise<HourAccount[]> {
    const low = hourAccountKey({ camera, hour: from });
    // Exclusive: `to` itself sorts behind this.
    const high = hourAccountKey({ camera, hour: isoInstant(Date.parse(to) - 1) });
    const found: (HourAccount | null)[] = [];
    if (low.sk > high.sk) return [];
    let next: Record<string, unknown> | undefined;
    do {
      const answer = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :low AND :high',
          ExpressionAttributeNames: { '#pk': TABLE.partitionKey, '#sk': TABLE.sortKey },
          ExpressionAttributeValues: { ':pk': low.pk, ':low': low.sk, ':high': high.sk },
          ...(next && { ExclusiveStartKey: next }),
        }),
      );
      found.push(...(await Promise.all((answer.Items ?? []).map(accountOf))));
      next = answer.LastEvaluatedKey;
    } while (next !== undefined);
    return found.filter((account) => account !== null);
  }

  async function write(camera: CameraId, account: HourAccount): Promise<HourAccount | null> {
    const { hour, aheadMs, version } = account;
    const { bytes, rows } = await packRows(hour, account.rows);
    const isCapped = account.isCapped || rows < account.rows.length;
    const written = { ...account, rows: account.rows.slice(0, rows), isCapped, version: version + 1 };
    const item = { hour, isCapped, aheadMs, version: written.version, count: rows, rows: bytes };
    const expiry = { [TABLE.ttl]: nowSeconds() + ACCOUNT_DAYS * DAY_SECONDS };
    try {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: { ...item, ...expiry, ...hourAccountKey({ camera, hour }) },
          ConditionExpression: version === 0 ? 'attribute_not_exists(#version)' : '#version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ...(version > 0 && { ExpressionAttributeValues: { ':version': version } }),
        }),
      );
      return written;
    } catch (thrown) {
      if (isConditionFailure(thrown)) return null;
      throw thrown;
    }
  }

  return {
    read: (camera, hour) =>
      withTableErrors('read what a camera remembered', async () => {
        const Key = hourAccountKey({ camera, hour });
        const { Item: item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
        return accountOf(item);
      }),
    between: (camera, from, to) => withTableErrors('read what a camera remembered', () => between(camera, from, to)),
    write: (camera, account) => withTableErrors('keep what a camera remembers', () => write(camera, account)),
  };
}
