import { describe, expect, test } from 'vitest';
import { type SimulatedCamera, startCamera } from './camera.ts';
import { isUnread, type Passage } from './passage.ts';
import { driveTraffic, traffic } from './traffic.ts';

function first(count: number, seed: number): Passage[] {
  const vehicles = traffic(seed);
  return Array.from({ length: count }, () => vehicles.next().value);
}
const silentCamera = (driven: Partial<Passage>[]): Pick<SimulatedCamera, 'drive'> => ({
  drive: (vehicle = {}) => {
    driven.push(vehicle);
    return new Promise(() => {});
  },
});

describe('believable traffic', () => {
  test('a seed repeats its vehicles, and another seed has others', () => {
    expect(first(50, 7)).toEqual(first(50, 7));
    expect(first(50, 8)).not.toEqual(first(50, 7));
  });

  test('plates are those of the region: Uzbek ones, some Kazakh and Russian, a few unread', () => {
    const forms = {
      UZB: /^\d\d([A-Z]\d{3}[A-Z]{2}|\d{3}[A-Z]{3}|\d{4}[A-Z]{2})$/,
      KAZ: /^\d{3}[A-Z]{3}\d\d$/,
      RUS: /^[ABEKMHOPCTYX]\d{3}[ABEKMHOPCTYX]{2}\d{2,3}$/,
    };
    const seen = first(2000, 1);
    for (const [country, form] of Object.entries(forms)) {
      const plates = seen.filter((passage) => passage.country === country).map(({ plate }) => plate ?? '');
      expect(plates.length).toBeGreaterThan(50);
      expect(plates.filter((plate) => !form.test(plate))).toEqual([]);
    }
    const unread = seen.filter(isUnread);
    expect(unread.length).toBeGreaterThan(60);
    expect(unread.length).toBeLessThan(200);
    expect(unread.every(({ confidence }) => confidence === 0)).toBe(true);
  });
});

describe('driving', () => {
  test('ends after the count that was asked for', async () => {
    const camera = await startCamera({ heartbeatMs: false, pictures: { drawn: 'none' } });
    await driveTraffic(camera, { everyMs: 1, seed: 3, count: 4 }).done;
    await camera.close();
    expect(camera.ledger.map(({ passage }) => passage)).toEqual(first(4, 3));
  });

  test('the first vehicle comes at once, and none after a stop', async () => {
    const driven: Partial<Passage>[] = [];
    const drive = driveTraffic(silentCamera(driven), { everyMs: 3_600_000, seed: 3 });
    drive.stop();
    await drive.done;
    expect(driven).toHaveLength(1);
  });
});
