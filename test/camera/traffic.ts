// Invented traffic of a freight terminal in Uzbekistan; the same seed drives the same vehicles past the gate.
import type { SimulatedCamera } from './camera.ts';
import { ORDINARY_PASSAGE, type Passage } from './passage.ts';
import { characters, pick, type Random, randomFrom } from './random.ts';

const LETTERS = 'ABCDEFGHJKLMNOPRSTUVXYZ';
/** Letters that look alike in Cyrillic and Latin: all that a Russian plate may carry. */
const RUSSIAN_LETTERS = 'ABEKMHOPCTYX';
const DIGITS = '0123456789';

type Sign = Pick<Passage, 'plate' | 'country' | 'plateColor' | 'plateType'>;
type Kind = Pick<Passage, 'vehicleType'> & { sign: (random: Random) => Sign };

const UZBEK_REGIONS = ['01', '10', '20', '25', '30', '40', '50', '60', '70', '75', '80', '85', '90', '95'] as const;

const sign = (plate: string, country: string, plateType = '92TypeCivil'): Sign => {
  return { plate, country, plateType, plateColor: 'white' };
};
const letters = (random: Random, count: number) => characters(random, LETTERS, count);
const digits = (random: Random, count: number) => characters(random, DIGITS, count);

/** `01 A 123 BC`, a person's vehicle. */
const uzbekPrivate = (r: Random) =>
  sign(`${pick(r, UZBEK_REGIONS)}${letters(r, 1)}${digits(r, 3)}${letters(r, 2)}`, 'UZB');
/** `01 123 ABC`, a company's. */
const uzbekCompany = (r: Random) => sign(`${pick(r, UZBEK_REGIONS)}${digits(r, 3)}${letters(r, 3)}`, 'UZB');
/** `01 1234 AB`, a trailer read from behind. */
const uzbekTrailer = (r: Random) => sign(`${pick(r, UZBEK_REGIONS)}${digits(r, 4)}${letters(r, 2)}`, 'UZB', 'trailer');
const kazakh = (r: Random) => sign(`${digits(r, 3)}${letters(r, 3)}${pick(r, ['01', '02', '10', '13'])}`, 'KAZ');
const russian = (r: Random) => {
  const head = characters(r, RUSSIAN_LETTERS, 1);
  return sign(`${head}${digits(r, 3)}${characters(r, RUSSIAN_LETTERS, 2)}${pick(r, ['63', '74', '163'])}`, 'RUS');
};
const unread = (r: Random): Sign => {
  const plate = pick(r, ['unknown', 'unknown', 'noPlate', '']);
  return { plate, country: 'NON', plateType: 'unknown', plateColor: 'unknown' };
};

/** How often each comes, by its number of places in the list. */
const KINDS: readonly [Kind, ...Kind[]] = [
  { vehicleType: 'truck', sign: uzbekCompany },
  { vehicleType: 'truck', sign: uzbekCompany },
  { vehicleType: 'truck', sign: uzbekPrivate },
  { vehicleType: 'containerTruck', sign: kazakh },
  { vehicleType: 'containerTruck', sign: russian },
  { vehicleType: 'containerTruck', sign: uzbekCompany },
  { vehicleType: 'platformTrailer', sign: uzbekTrailer },
  { vehicleType: 'saloon', sign: uzbekPrivate },
  { vehicleType: 'saloon', sign: uzbekPrivate },
  { vehicleType: 'van', sign: uzbekCompany },
  { vehicleType: 'bus', sign: uzbekCompany },
];
const UNREAD_SHARE = 0.06;
const LOWEST_CONFIDENCE = 62;
const HIGHEST_SPEED_KMH = 25;

/** An endless row of vehicles. */
export function* traffic(seed: number): Generator<Passage, never> {
  const random = randomFrom(seed);
  while (true) {
    const kind = pick(random, KINDS);
    const seen = random() < UNREAD_SHARE ? unread(random) : kind.sign(random);
    yield {
      ...ORDINARY_PASSAGE,
      ...seen,
      vehicleType: kind.vehicleType,
      vehicleColor: pick(random, ['white', 'blue', 'red', 'green', 'gray', 'orange', 'silver', 'deepBlue']),
      direction: pick(random, ['forward', 'forward', 'reverse']),
      lane: pick(random, ['1', '1', '1', '2']),
      confidence: seen.country === 'NON' ? 0 : LOWEST_CONFIDENCE + Math.floor(random() * (100 - LOWEST_CONFIDENCE)),
      speedKmh: Math.floor(random() * HIGHEST_SPEED_KMH),
    };
  }
}

export type Drive = {
  /** Resolves when `count` vehicles have passed, or after `stop()`. */
  done: Promise<void>;
  stop(): void;
};

/** Drives vehicles past the camera, one every `everyMs`; the first one at once. */
export function driveTraffic(
  camera: Pick<SimulatedCamera, 'drive'>,
  { everyMs, seed, count = Number.POSITIVE_INFINITY }: { everyMs: number; seed: number; count?: number },
): Drive {
  const vehicles = traffic(seed);
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let driven = 0;

  function next(): void {
    // The webhook's answer is in the ledger; the next vehicle does not wait for it.
    void camera.drive(vehicles.next().value);
    driven += 1;
    if (driven >= count) stop();
  }
  function stop(): void {
    clearInterval(timer);
    resolve();
  }

  const timer = setInterval(next, everyMs);
  if (count > 0) next();
  else stop();
  return { done, stop };
}
