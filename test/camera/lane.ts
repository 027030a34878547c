// The lane before the lens: vehicles pass, are drawn, written into the ledger and kept in the camera's memory.
import { DATE_TIME_SHAPES, seventeenDigits, type WallClock, wallClock } from './alerts/camera-time.ts';
import type { CameraSettings } from './camera-options.ts';
import { type LedgerEntry, ORDINARY_PASSAGE, type Passage, type SentPicture } from './passage.ts';
import { gateScene } from './pictures/gate-scene.ts';
import { passagePictures, sceneVehicle } from './pictures/passage-pictures.ts';
import { characters, type Random } from './random.ts';
import { picName } from './resources/plates.ts';

/** A vehicle stands in the picture for so long after its plate was read. */
const VEHICLE_IN_VIEW_MS = 5_000;
const ID_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
/** As seen on 7-series cameras: the time, then letters and digits. */
const UUID_CHARACTERS = 63;
const PICTURE_ID_CHARACTERS = 32;

export type Lane = {
  pass(changes: Partial<Passage>): LedgerEntry;
  readonly ledger: readonly LedgerEntry[];
  readonly memory: readonly LedgerEntry[];
  /** A reboot empties the memory; the ledger is the truth and stays. */
  forget(): void;
  snapshot(): Buffer;
};

type Needs = Pick<CameraSettings, 'pictures' | 'plates'> & {
  random: Random;
  now: () => number;
  cameraClock: () => CameraSettings['cameraClock'];
};

export function createLane({ pictures, plates, random, now, cameraClock }: Needs): Lane {
  const ledger: LedgerEntry[] = [];
  let memory: LedgerEntry[] = [];

  /** No two reads of one camera are of the same millisecond, not even where a test's clock stands still. */
  function momentOfReading(): number {
    let moment = now();
    while (memory.some(({ capturedAt }) => capturedAt === moment)) moment += 1;
    return moment;
  }

  function pass(changes: Partial<Passage>): LedgerEntry {
    const passage: Passage = { ...ORDINARY_PASSAGE, ...changes };
    const capturedAt = momentOfReading();
    const { zoneMinutes, dateTime } = cameraClock();
    const clock = wallClock(capturedAt, zoneMinutes);
    const identifier = (length: number) => {
      const time = seventeenDigits(clock);
      return time + characters(random, ID_ALPHABET, length - time.length);
    };
    const entry: LedgerEntry = {
      passage,
      uuid: passage.uuid ?? identifier(UUID_CHARACTERS),
      capturedAt,
      dateTime: DATE_TIME_SHAPES[dateTime](clock),
      picName: picName(capturedAt, zoneMinutes, ledger.length, plates.picNameDigits),
      pictures: sentPictures(passage, clock, () => identifier(PICTURE_ID_CHARACTERS)),
      reports: [],
    };
    ledger.push(entry);
    memory = [...memory, entry].slice(-plates.memory);
    return entry;
  }

  function sentPictures(passage: Passage, clock: WallClock, newId: () => string): SentPicture[] {
    const drawn = passagePictures(passage, stampOf(clock), pictures);
    if (drawn === null) return [];
    return [
      { fileName: 'licensePlatePicture.jpg', pictureId: newId(), bytes: drawn.plate },
      { fileName: 'detectionPicture.jpg', pictureId: newId(), bytes: drawn.scene },
    ];
  }

  function snapshot(): Buffer {
    const last = memory.at(-1);
    const inView = last !== undefined && Math.abs(now() - last.capturedAt) < VEHICLE_IN_VIEW_MS;
    const stamp = stampOf(wallClock(now(), cameraClock().zoneMinutes));
    return gateScene(inView ? sceneVehicle(last.passage) : null, stamp, 1);
  }

  return {
    pass,
    ledger,
    get memory() {
      return memory;
    },
    forget: () => {
      memory = [];
    },
    snapshot,
  };
}

const stampOf = ({ date, time, ms }: WallClock) => `${date} ${time}.${ms}`;
