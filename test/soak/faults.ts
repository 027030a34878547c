// What goes wrong at a gate, by name. Each fault begins at once and says how long it lasts; what ends with its beginning
// lasts 0.
import { pick, type Random } from '../camera/random.ts';
import type { ConnectFault } from '../camera/stream/connect-faults.ts';
import type { Passed, World } from './world.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const SLOT_HELD_MS = 120 * SECOND_MS;
/** After which the kernel gives a connection up that nobody answers on. */
const FOUND_DEAD_AFTER_MS = 45 * SECOND_MS;
const DISK_TRIED_AGAIN_MS = 2 * SECOND_MS;
const REBOOT_MS = 40 * SECOND_MS;
/** NTP mends a VM's clock by so much at most. */
export const OUR_STEP_MS = 90 * SECOND_MS;
/** The point in a call's work at which it dies; recording one read takes about five steps. */
const STEPS_OF_A_CALL = { webhook: 6, recorder: 12 };
const STEPS_OF_A_BRIDGE = 40;
const REPEATED_WITHIN_MS = 3 * MINUTE_MS;
const REPLAYED_WITHIN_MS = 2 * HOUR_MS;
const ZONES = [180, 360, 480] as const;

export type Scene = {
  world: World;
  random: Random;
  passed: Passed[];
  /** Uuids that the camera has told of once more, marked as a replay. */
  replayed: Set<string>;
  /** So many of the first that passed are in no memory of the camera any more. */
  forgotten: number;
  connect: ConnectFault | null;
  vmIsOff: boolean;
};

export type Begun = { lastsMs: number; end?: () => Promise<void> | void };
export type Fault = (scene: Scene) => Promise<Begun>;

const ONCE: Begun = { lastsMs: 0 };

export const FAULTS = {
  'the camera closes the stream': async ({ world }) => {
    await world.endStreams('fin');
    return ONCE;
  },
  'the connection is reset': async ({ world }) => {
    await world.endStreams('rst');
    return ONCE;
  },
  'the connection dies without a word': async ({ world }) => {
    await world.endStreams('frozen');
    return { lastsMs: FOUND_DEAD_AFTER_MS, end: () => world.endStreams('rst') };
  },
  'the slot stays held': async (scene) => {
    scene.connect = { name: 'slot-held', forMs: SLOT_HELD_MS };
    await scene.world.endStreams('rst');
    return { lastsMs: SLOT_HELD_MS, end: () => endRefusal(scene) };
  },
  'the camera reboots and remembers': async (scene) => {
    scene.connect = { name: 'busy' };
    scene.world.camera.forgetNonces();
    await scene.world.endStreams('rst');
    return { lastsMs: REBOOT_MS, end: () => endRefusal(scene) };
  },
  'the camera reboots and forgets': async (scene) => {
    scene.connect = { name: 'busy' };
    await scene.world.endStreams('rst');
    scene.world.camera.reboot();
    scene.forgotten = scene.passed.length;
    return { lastsMs: REBOOT_MS, end: () => endRefusal(scene) };
  },
  "the camera's clock is set on by an hour": (scene) => stepCamera(scene, HOUR_MS),
  "the camera's clock is set back by an hour": (scene) => stepCamera(scene, -HOUR_MS),
  "the camera's zone is changed": async ({ world, random }) => {
    const { zoneMinutes } = world.cameraClock;
    setCamera(world, { zoneMinutes: pick(random, ZONES) });
    return { lastsMs: between(random, 5, 40), end: () => setCamera(world, { zoneMinutes }) };
  },
  'our clock is set': async ({ world, random }) => {
    // While the camera's is an hour off, its unread vehicles are told apart by ours alone: set it then, and one of them
    // that came by two roads is two.
    if (world.cameraClock.offsetMs !== 0) return ONCE;
    world.ourErrorMs = Math.round((random() * 2 - 1) * OUR_STEP_MS);
    return ONCE;
  },
  'the queue is away': ({ world, random }) => away(world.queue, random),
  'the table is away': ({ world, random }) => away(world.table, random),
  'the picture store is away': ({ world, random }) => away(world.pictures, random),
  'the disk is full': async ({ world, random }) => {
    world.disk.isFull = true;
    const empty = async () => {
      world.disk.isFull = false;
      // A read that found no room is tried again after a second, and the stream waits with it.
      await world.pass(DISK_TRIED_AGAIN_MS);
    };
    return { lastsMs: between(random, 1, 5), end: empty };
  },
  'no name can be looked up': async ({ world, random }) => {
    world.hasDns = false;
    await world.endStreams('rst');
    const comeBack = () => {
      world.hasDns = true;
    };
    return { lastsMs: between(random, 1, 10), end: comeBack };
  },
  'the bridge is killed': async ({ world, random }) => {
    world.life?.mortal.killAt(1 + Math.floor(random() * STEPS_OF_A_BRIDGE), random() < 0.5);
    return ONCE;
  },
  'the VM is off': async (scene) => {
    scene.vmIsOff = true;
    scene.world.life?.die();
    await scene.world.rest();
    const boot = () => {
      scene.vmIsOff = false;
    };
    return { lastsMs: between(scene.random, 1, 45), end: boot };
  },
  'the recorder is killed': ({ world, random }) => dieNext(world, random, 'recorder'),
  'the webhook is killed': ({ world, random }) => dieNext(world, random, 'webhook'),
  'the queue delivers twice': async ({ world, random }) => {
    world.queue.twice = 0.5;
    const once = () => {
      world.queue.twice = 0;
    };
    return { lastsMs: between(random, 2, 15), end: once };
  },
  'the camera pushes as well': async ({ world, random }) => {
    world.camera.setPush(world.cloud.webhookUrl);
    return { lastsMs: between(random, 5, 45), end: () => world.camera.setPush(null) };
  },
  'the last events are sent once more': async ({ world, passed }) => {
    const since = world.clock.now() - REPEATED_WITHIN_MS;
    for (const { entry } of passed.slice(-5).filter(({ truth }) => truth >= since)) {
      await world.camera.report(entry, 'live');
      await world.rest();
    }
    return ONCE;
  },
  'the camera replays its log': async ({ world, random, passed, replayed }) => {
    const since = world.clock.now() - REPLAYED_WITHIN_MS;
    const count = 1 + Math.floor(random() * 30);
    for (const { entry } of passed.filter(({ truth }) => truth >= since).slice(-3 * count, -count)) {
      replayed.add(entry.uuid);
      await world.camera.report(entry, pick(random, ['alarmDataType', 'isDataRetransmission']));
      await world.rest();
    }
    return ONCE;
  },
  'the password is changed at the camera': async ({ world, random }) => {
    const { password } = world.camera;
    world.camera.setPassword('another-Pass2');
    world.camera.forgetNonces();
    await world.endStreams('rst');
    const putRight = () => {
      world.camera.setPassword(password);
      world.camera.forgetNonces();
    };
    return { lastsMs: between(random, 1, 8), end: putRight };
  },
} satisfies Record<string, Fault>;
export type FaultName = keyof typeof FAULTS;

function between(random: Random, leastMinutes: number, mostMinutes: number): number {
  return Math.round((leastMinutes + random() * (mostMinutes - leastMinutes)) * MINUTE_MS);
}

async function away(part: { isAway: boolean }, random: Random): Promise<Begun> {
  part.isAway = true;
  const comeBack = () => {
    part.isAway = false;
  };
  return { lastsMs: between(random, 1, 30), end: comeBack };
}

async function dieNext({ cloud }: World, random: Random, call: 'webhook' | 'recorder'): Promise<Begun> {
  cloud.dieNext[call] = { step: 1 + Math.floor(random() * STEPS_OF_A_CALL[call]), isDone: random() < 0.5 };
  return ONCE;
}

function endRefusal(scene: Scene): void {
  scene.connect = null;
}

async function stepCamera({ world, random }: Scene, stepMs: number): Promise<Begun> {
  const step = (ms: number) => setCamera(world, { offsetMs: world.cameraClock.offsetMs + ms });
  step(stepMs);
  return { lastsMs: between(random, 5, 40), end: () => step(-stepMs) };
}

function setCamera(world: World, changes: Partial<World['cameraClock']>): void {
  Object.assign(world.cameraClock, changes);
  world.camera.setClock(changes);
}
