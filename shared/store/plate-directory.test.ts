import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { normalisePlate, type Plate } from '../detection/plate.ts';
import { NOW, standingClock } from './detection.fixture.ts';
import { type EmbeddedTable, openDynalite } from './embedded.fixture.ts';
import { plateDirectory } from './plate-directory.ts';

const DAY_SECONDS = 86_400;
const IN_90_DAYS = NOW / 1000 + 90 * DAY_SECONDS;

describe('the directory of plates', () => {
  let embedded: EmbeddedTable;
  let writes = 0;
  beforeAll(async () => {
    embedded = await openDynalite();
    embedded.client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName === 'UpdateItemCommand') writes++;
          return next(args);
        },
      { step: 'initialize' },
    );
  });
  beforeEach(() => {
    writes = 0;
  });
  afterAll(() => embedded.close());

  const directory = (clock = standingClock()) => plateDirectory({ ...embedded, clock });

  test('a plate that comes all day is written once', async () => {
    const today = directory();
    for (let second = 0; second < 5; second++) await today.add(plate('REG111'), IN_90_DAYS + second);
    expect(writes).toBe(1);
  });

  test('the next day it is written again, so that its entry outlives its newest row', async () => {
    const clock = standingClock();
    const days = directory(clock);
    await days.add(plate('DAY111'), IN_90_DAYS);
    await days.add(plate('DAY111'), IN_90_DAYS + DAY_SECONDS);
    expect(writes).toBe(2);
    clock.move(90 * DAY_SECONDS * 1000 + 1000);
    expect((await days.find('DAY')).plates).toEqual(['DAY111']);
  });

  test('two processes that both meet a plate agree', async () => {
    await Promise.all([directory().add(plate('TWO111'), IN_90_DAYS), directory().add(plate('TWO111'), IN_90_DAYS)]);
    expect(await directory().find('TWO')).toEqual({ plates: ['TWO111'], capped: false });
  });

  test('an expired entry is not found, though the database still holds it', async () => {
    const clock = standingClock();
    const old = directory(clock);
    await old.add(plate('EXP111'), IN_90_DAYS);
    clock.move(92 * DAY_SECONDS * 1000);
    expect((await old.find('EXP')).plates).toEqual([]);
  });

  test('a plate of two characters is no entry', async () => {
    await directory().add(plate('A1'), IN_90_DAYS);
    expect(writes).toBe(0);
  });
});

function plate(text: string): Plate {
  const normalised = normalisePlate(text);
  if (normalised === null) throw new Error('not a plate');
  return normalised;
}
