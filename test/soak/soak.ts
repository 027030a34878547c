// Hours of a gate in minutes: vehicles, heartbeats and faults in their order, all drawn from one seed.
import { isoInstant } from '../../shared/support/clock.ts';
import { randomFrom } from '../camera/random.ts';
import { FAULTS, type FaultName, type Scene } from './faults.ts';
import { type LaneOptions, vehicles } from './vehicles.ts';
import { openWorld, type Passed, REMEMBERED_BY_CAMERA, type World } from './world.ts';

const FAULT_EVERY_MS = 240_000;
const START = Date.UTC(2026, 10, 22, 5);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HEARTBEAT_MS = 10_000;
/** One vehicle in so many is sent with its pictures. */
const VEHICLES_A_PICTURE = 10;
/** At once; beyond it a gate would be down for good. */
const MOST_FAULTS = 3;
/** systemd's. */
const RESTART_AFTER_MS = 5_000;
const TOLD_FAULTS = 12;
/** For what is left when all is well again: the memory's rows come of age, and what was set aside is tried again. */
const AFTERMATH_MS = 20 * MINUTE_MS;

export type SoakOptions = {
  seed: number;
  /** Asked after every stretch of simulated time. */
  isOver: (soak: Soak) => boolean;
  stretchMs?: number;
  /** The mean time between two faults. */
  faultEveryMs?: number;
  faults?: readonly FaultName[];
  lane?: LaneOptions;
  /** Of the camera's memory (world.ts); all of it unless given. */
  rowsPerAnswer?: number;
  onStretch?: (soak: Soak) => Promise<void> | void;
};

export type FaultSeen = { name: FaultName; from: number; to: number };

export type Soak = {
  world: World;
  passed: readonly Passed[];
  replayed: ReadonlySet<string>;
  faults: readonly FaultSeen[];
  /** Of those that passed, how many of the first the camera has forgotten in reboots. */
  forgotten: number;
  /** Since its begin, in ms of simulated time. */
  elapsedMs: number;
};

export const ALL_FAULTS = Object.keys(FAULTS) as FaultName[];

type Activity = { at: number; act: () => Promise<unknown>; nextInMs: () => number };

/** Opens a world, lets it live through `hours`, and comes back when everything in it is well again. The caller closes it. */
export async function runSoak(options: SoakOptions): Promise<Soak> {
  const { seed, isOver, stretchMs = HOUR_MS, onStretch } = options;
  const { faultEveryMs = FAULT_EVERY_MS, faults: names = ALL_FAULTS, rowsPerAnswer = REMEMBERED_BY_CAMERA } = options;
  const random = randomFrom(seed);
  const world = await openWorld({ start: START, random, rowsPerAnswer });
  const { clock, camera } = world;
  const begin = clock.now();
  const ourPassword = camera.password;
  const scene: Scene = { world, random, passed: [], replayed: new Set(), forgotten: 0, connect: null, vmIsOff: false };
  const faults: FaultSeen[] = [];
  const soak: Soak = {
    world,
    passed: scene.passed,
    replayed: scene.replayed,
    faults,
    get forgotten() {
      return scene.forgotten;
    },
    get elapsedMs() {
      return clock.now() - begin;
    },
  };
  const lane = vehicles(seed, random, options.lane);
  const endings = new Map<FaultName, { at: number; end: () => Promise<void> | void }>();
  let downSince: number | null = null;

  async function vehicle(): Promise<void> {
    const withPictures = scene.passed.length % VEHICLES_A_PICTURE === 0;
    camera.setFaults({ connect: scene.connect, event: withPictures ? null : 'pictures-never-come' });
    scene.passed.push(await world.drive(lane.pass(clock.now() + world.cameraClock.offsetMs)));
  }

  /** Says so once the password is right again, and where the guard counts a login whose end nobody saw. */
  async function operator(): Promise<void> {
    const { life } = world;
    if (life === null || camera.password !== ourPassword) return;
    const rearm = async () => {
      if ((await life.guard.state()).shut !== null) await life.guard.rearm('operator');
    };
    // A bridge that dies meanwhile gives no answer.
    await Promise.race([rearm(), life.mortal.died]);
    await world.rest();
  }

  async function fault(): Promise<void> {
    const name = names[Math.floor(random() * names.length)];
    if (name === undefined || endings.has(name) || endings.size >= MOST_FAULTS) return;
    const seen = { name, from: clock.now(), to: clock.now() };
    faults.push(seen);
    const { lastsMs, end } = await FAULTS[name](scene);
    seen.to = seen.from + lastsMs;
    if (end) endings.set(name, { at: seen.to, end });
  }

  async function endFault(name: FaultName): Promise<void> {
    const ending = endings.get(name);
    endings.delete(name);
    await ending?.end();
    camera.setFaults({ connect: scene.connect });
  }

  /** systemd: a bridge that died is started again, while the VM is on. */
  async function supervise(): Promise<void> {
    if (world.life !== null || scene.vmIsOff) downSince = null;
    else downSince ??= clock.now();
    if (downSince === null || clock.now() - downSince < RESTART_AFTER_MS) return;
    downSince = null;
    await world.start();
  }

  async function passUntil(at: number): Promise<void> {
    while (clock.now() < at) {
      await supervise();
      const until = downSince === null ? at : Math.min(at, downSince + RESTART_AFTER_MS);
      clock.step(until - clock.now());
      await world.rest();
    }
  }

  async function liveUntil(end: number, activities: readonly Activity[]): Promise<void> {
    for (;;) {
      const [next] = activities.toSorted((a, b) => a.at - b.at);
      const [ending] = [...endings].toSorted(([, a], [, b]) => a.at - b.at);
      const at = Math.min(next?.at ?? end, ending?.[1].at ?? end);
      if (at >= end) break;
      await passUntil(at);
      if (ending && ending[1].at <= at) await endFault(ending[0]);
      else if (next) {
        await next.act();
        next.at += next.nextInMs();
      }
    }
    await passUntil(end);
  }

  const always: Activity[] = [
    { at: begin + HEARTBEAT_MS, act: () => world.beat(), nextInMs: () => HEARTBEAT_MS },
    { at: begin + MINUTE_MS, act: operator, nextInMs: () => MINUTE_MS },
  ];
  const trouble: Activity[] = [
    { at: begin + 1, act: vehicle, nextInMs: () => lane.gap() },
    { at: begin + faultEveryMs, act: fault, nextInMs: () => 2 * faultEveryMs * random() },
  ];
  try {
    await world.start();
    while (!isOver(soak)) {
      await liveUntil(clock.now() + stretchMs, [...always, ...trouble]);
      await onStretch?.(soak);
    }
    for (const name of [...endings.keys()]) await endFault(name);
    await liveUntil(clock.now() + AFTERMATH_MS, always);
    return soak;
  } catch (error) {
    const told = `${error instanceof Error ? error.message : error} (seed ${seed}, ${historyOf(faults)})`;
    await world.close().catch(() => {});
    throw new Error(told, { cause: error });
  }
}

/** The last faults, in words. */
export function historyOf(faults: readonly FaultSeen[]): string {
  const lines = faults.slice(-TOLD_FAULTS).map(({ name, from, to }) => {
    return `${isoInstant(from)}${to > from ? `…${isoInstant(to).slice(11)}` : ''} ${name}`;
  });
  return `faults: ${lines.join('; ') || 'none'}`;
}
