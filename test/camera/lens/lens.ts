// The simulated lens: where it is, how fast it goes, and a log of every change, which is what tests believe.

/** Tenths of a degree, tenths of a zoom factor (10 is 1x), and steps of the focus. */
export type LensPosition = { pan: number; tilt: number; zoom: number; focus: number };
export type Axis = keyof LensPosition;
export type LensLogEntry = {
  at: number;
  position: LensPosition;
  /** Units per second, from now on. */
  velocity: LensPosition;
  /** The command, or `time` when a momentary move ran out. */
  why: string;
};
/** One uninterrupted motion; `until` is null while it goes on. */
export type Motion = { from: number; until: number | null };

export type SimulatedLens = {
  readonly log: readonly LensLogEntry[];
  readonly motions: readonly Motion[];
  readonly position: LensPosition;
  readonly isMoving: boolean;
  readonly presets: ReadonlyMap<number, LensPosition>;
  /** Presets that are commands (33 to 105) and were reached: 94 would have been a reboot. */
  readonly commandsReached: readonly number[];
  drive(velocity: Partial<LensPosition>, why: string, durationMs?: number): void;
  jump(position: Partial<LensPosition>, why: string): void;
  savePreset(number: number): void;
  goToPreset(number: number): boolean;
  saveHome(): void;
  goHome(): void;
  /** True once in each motion: for faults that lose a stop. */
  takeFirstStop(): boolean;
  close(): void;
};

const START: LensPosition = { pan: 0, tilt: 0, zoom: 300, focus: 5_000 };
const STILL: LensPosition = { pan: 0, tilt: 0, zoom: 0, focus: 0 };
/** Presets 33 to 105 stand for wipers, patrols and the reboot (ISAPI.md 6). */
const FIRST_COMMAND = 33;
const LAST_COMMAND = 105;

export const isStill = (velocity: LensPosition) => Object.values(velocity).every((speed) => speed === 0);

export function createLens(now: () => number): SimulatedLens {
  const log: LensLogEntry[] = [];
  const presets = new Map<number, LensPosition>();
  const commandsReached: number[] = [];
  let home = START;
  let motionWithStop = 0;
  let last: LensLogEntry = { at: now(), position: START, velocity: STILL, why: 'start' };
  let runsOut: NodeJS.Timeout | undefined;

  function positionNow(): LensPosition {
    const seconds = (now() - last.at) / 1000;
    const reached = (axis: Axis) => last.position[axis] + last.velocity[axis] * seconds;
    return { pan: reached('pan'), tilt: reached('tilt'), zoom: reached('zoom'), focus: reached('focus') };
  }

  function change(position: LensPosition, velocity: LensPosition, why: string): void {
    clearTimeout(runsOut);
    last = { at: now(), position, velocity, why };
    log.push(last);
  }

  function motions(): Motion[] {
    const found: Motion[] = [];
    for (const { at, velocity } of log) {
      const open = found.at(-1);
      const isMoving = open !== undefined && open.until === null;
      if (isStill(velocity) === !isMoving) continue;
      if (isMoving) open.until = at;
      else found.push({ from: at, until: null });
    }
    return found;
  }

  return {
    log,
    presets,
    commandsReached,
    get motions() {
      return motions();
    },
    get position() {
      return positionNow();
    },
    get isMoving() {
      return !isStill(last.velocity);
    },
    drive(velocity, why, durationMs) {
      change(positionNow(), { ...last.velocity, ...velocity }, why);
      if (durationMs === undefined) return;
      const ended = Object.fromEntries(Object.keys(velocity).map((axis) => [axis, 0]));
      runsOut = setTimeout(() => change(positionNow(), { ...last.velocity, ...ended }, 'time'), durationMs);
    },
    jump(position, why) {
      change({ ...positionNow(), ...position }, STILL, why);
    },
    savePreset(number) {
      presets.set(number, positionNow());
    },
    goToPreset(number) {
      if (number >= FIRST_COMMAND && number <= LAST_COMMAND) commandsReached.push(number);
      const position = presets.get(number);
      if (position !== undefined) change(position, STILL, `preset ${number}`);
      return position !== undefined;
    },
    saveHome() {
      home = positionNow();
    },
    goHome() {
      change(home, STILL, 'home');
    },
    takeFirstStop() {
      const motion = motions().length;
      if (isStill(last.velocity) || motion === motionWithStop) return false;
      motionWithStop = motion;
      return true;
    },
    close() {
      clearTimeout(runsOut);
    },
  };
}
