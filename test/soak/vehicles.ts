// What passes in a soak: a quiet lane with bursts of a vehicle a second, and plates that come back.
import { isUnread, type Passage } from '../camera/passage.ts';
import { pick, type Random } from '../camera/random.ts';
import { traffic } from '../camera/traffic.ts';

const HOUR_MS = 3_600_000;
const QUIET_LANE = { gapMs: 45_000, burstsAnHour: 2 };
const BURST_VEHICLES = { least: 20, most: 90 };
const BURST_GAP_MS = 1_000;
const SAME_PLATE_SHARE = 0.1;
const REMEMBERED_PLATES = 300;
/** Of one plate or lane: some hours of unread vehicles. */
const REMEMBERED_PLACES = 40;
/**
 * Beyond what the rules promise to tell apart: one plate, or two unread vehicles of a lane, within seconds. Clocks step by
 * whole hours here, so what counts is the place within the hour.
 */
const APART_MS = 15_000;
const UNREAD = 'unread';

/** `gap`: until the next one, in ms; `pass` is asked at the moment of passing, by the camera's clock. */
export type LaneOptions = typeof QUIET_LANE;
export type Vehicles = { gap(): number; pass(now: number): Passage };

export function vehicles(seed: number, random: Random, { gapMs, burstsAnHour } = QUIET_LANE): Vehicles {
  const drawn = traffic(seed);
  const known: Passage[] = [];
  /** Places within the hour, by plate or lane. */
  const places = new Map<string, number[]>();
  let burst = 0;

  function isApart(passage: Passage, now: number): boolean {
    const place = now % HOUR_MS;
    const taken = places.get(keyOf(passage)) ?? [];
    return taken.every((other) => {
      const between = Math.abs(other - place);
      return Math.min(between, HOUR_MS - between) > APART_MS;
    });
  }

  function draw(): Passage {
    const again = known.length > 0 && random() < SAME_PLATE_SHARE;
    const passage = drawn.next().value;
    return again ? { ...pick(random, [passage, ...known]) } : passage;
  }

  return {
    gap() {
      if (burst > 0) {
        burst -= 1;
        return BURST_GAP_MS;
      }
      const gap = Math.round(-Math.log(1 - random()) * gapMs);
      const { least, most } = BURST_VEHICLES;
      if (random() < (burstsAnHour * gapMs) / HOUR_MS) burst = least + Math.floor(random() * (most - least));
      return Math.max(BURST_GAP_MS, gap);
    },
    pass(now) {
      let passage = draw();
      while (!isApart(passage, now)) passage = draw();
      const key = keyOf(passage);
      places.set(key, [...(places.get(key) ?? []), now % HOUR_MS].slice(-REMEMBERED_PLACES));
      if (!isUnread(passage) && known.every(({ plate }) => plate !== passage.plate)) known.push(passage);
      if (known.length > REMEMBERED_PLATES) places.delete(keyOf(known.shift() ?? passage));
      return passage;
    },
  };
}

const keyOf = (passage: Passage) => (isUnread(passage) ? `${UNREAD} ${passage.lane}` : (passage.plate ?? ''));
