// One contract, two databases: what holds for dynalite must hold for Amazon's own DynamoDB Local.
import { inject } from 'vitest';
import type { Detection } from '../detection/detection.ts';
import { normalisePlate, type Plate } from '../detection/plate.ts';
import type { DetectionStore } from './detections.ts';
import { type EmbeddedTable, hasJava, openDynalite, openDynamoDbLocal } from './embedded.fixture.ts';
import type { Page } from './list.ts';
import type { Search } from './search.ts';

export const START_TIMEOUT_MS = 90_000;

type Database = { name: string; open: () => Promise<EmbeddedTable> };

/** The databases of this machine. Without java a test run says what it skips, and in CI it fails. */
export function databases(): Database[] {
  const dynalite = { name: 'dynalite', open: openDynalite };
  const local = { name: 'DynamoDB Local', open: () => openDynamoDbLocal(inject('dynamoDbLocal')) };
  if (hasJava()) return [dynalite, local];
  if (process.env.CI === 'true') throw new Error('could not test the store on DynamoDB Local: java is missing');
  console.warn('SKIPPED: the store on DynamoDB Local, since java is missing');
  return [dynalite];
}

export async function recordAll(store: DetectionStore, detections: readonly Detection[]): Promise<void> {
  for (const detection of detections) await store.record(detection);
}

/** All pages of a search; `between` runs after each. */
export async function pagesOf(store: DetectionStore, search: Search, between?: () => Promise<void>): Promise<Page[]> {
  const all: Page[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page = await store.list(cursor === undefined ? search : { ...search, cursor });
    all.push(page);
    await between?.();
    cursor = page.cursor;
  }
  return all;
}

export function plateOf(text: string): Plate {
  const normalised = normalisePlate(text);
  if (normalised === null) throw new Error('not a plate');
  return normalised;
}
