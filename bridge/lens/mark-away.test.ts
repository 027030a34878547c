import { describe, expect, test } from 'vitest';
import type { Detection } from '../../shared/detection/detection.ts';
import { aDetection } from '../../shared/store/detection.fixture.ts';
import { markingAway } from './mark-away.ts';

function keeper() {
  const kept: Detection[] = [];
  const keep = async (read: Detection) => void kept.push(read);
  return { kept, addRead: keep, addPictures: keep };
}

describe('a read', () => {
  test('taken while the lens is away carries that, with and without its pictures', async () => {
    const { kept, ...inner } = keeper();
    const marking = markingAway(inner, (camera) => camera === 'gate');
    await marking.addRead(aDetection());
    await marking.addPictures(aDetection(), new Map());
    await marking.addRead(aDetection({ camera: 'exit' }));
    expect(kept.map(({ lensAway }) => lensAway)).toEqual([true, true, undefined]);
  });

  test('from the camera’s memory is of another moment', async () => {
    const { kept, ...inner } = keeper();
    await markingAway(inner, () => true).addRead(aDetection({ late: true }));
    expect(kept[0]).not.toHaveProperty('lensAway');
  });
});
