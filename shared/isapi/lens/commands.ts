// The lens commands of one camera, as it wants them written (ISAPI.md 6). What they mean together is run-move.ts's.
import * as z from 'zod';
import { GateError, Rejected } from '../../support/errors.ts';
import { CameraRefused } from '../answer.ts';
import type { CameraClient } from '../client.ts';
import { readAs, Text, WholeNumber } from '../document.ts';
import { type Drive, MOTIONS, type MoveAction } from './action.ts';
import { type LensCapabilities, readLensCapabilities, speedFor, UNTOLD_CAPABILITIES } from './capabilities.ts';
import { isPresetNumber, type PresetNumber } from './preset-number.ts';

const PTZ_PATH = '/ISAPI/PTZCtrl/channels/1';
const FOCUS_PATH = '/ISAPI/System/Video/inputs/channels/1/focus';
const QUESTION_TIMEOUT_MS = 3_000;
const MAX_STATUS_BYTES = 16 * 1024;
const MAX_ANSWER_BYTES = 256 * 1024;

/** A start that is not answered by then is given up, and stopped in case it arrived. */
export const START_TIMEOUT_MS = 2_000;
export const VISIT_TIMEOUT_MS = 3_000;

export type MoveCommand = { action: MoveAction; speed: number; durationMs: number };
export type Preset = { number: PresetNumber; name: string };

export type LensCommands = {
  capabilities(): Promise<LensCapabilities>;
  /** Starts a move; one that the camera will end by itself where it can. Throws Rejected `not_supported`. */
  start(move: MoveCommand): Promise<void>;
  /** One try, on a connection of its own. */
  stop(drive: Drive, timeoutMs: number): Promise<void>;
  /** Those that can be gone to. */
  presets(): Promise<Preset[]>;
  goToPreset(number: PresetNumber): Promise<void>;
  goHome(): Promise<void>;
  saveHome(): Promise<void>;
};

const PresetList = z.object({
  PTZPreset: z.array(z.object({ id: WholeNumber, presetName: Text, enabled: Text })).default([]),
});

/** Make one per camera and process: it remembers what the lens can do. */
export function lensCommands(client: CameraClient): LensCommands {
  let known: Promise<LensCapabilities> | undefined;
  let takesMomentary = true;

  const get = async (path: string) => {
    const limits = { timeoutMs: QUESTION_TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES };
    return (await client.request({ method: 'GET', path, ...limits })).body;
  };

  async function put(path: string, body: string, timeoutMs: number): Promise<void> {
    await client.request({ method: 'PUT', path, body, timeoutMs, maxBytes: MAX_STATUS_BYTES });
  }

  async function askCapabilities(): Promise<LensCapabilities> {
    try {
      return readLensCapabilities(await get(`${PTZ_PATH}/capabilities`));
    } catch (error) {
      // Refused, or answered with something else: the camera has no such document, and will have none later.
      if (error instanceof GateError && error.code === 'camera_refused') return UNTOLD_CAPABILITIES;
      throw error;
    }
  }

  async function capabilities(): Promise<LensCapabilities> {
    known ??= askCapabilities();
    try {
      return await known;
    } catch (error) {
      known = undefined;
      throw error;
    }
  }

  /** The whole motion, so that an axis which moves is overridden; axes that the lens lacks are left out. */
  function ptzData(can: LensCapabilities, motion: Partial<Record<string, number>>, durationMs?: number): string {
    const axes = (['pan', 'tilt', 'zoom'] as const).filter((axis) => can.maxSpeed[axis] > 0);
    const speeds = axes.map((axis) => `<${axis}>${motion[axis] ?? 0}</${axis}>`).join('');
    const lasts = durationMs === undefined ? '' : `<Momentary><duration>${durationMs}</duration></Momentary>`;
    return `<PTZData>${speeds}${lasts}</PTZData>`;
  }

  async function start({ action, speed, durationMs }: MoveCommand): Promise<void> {
    const can = await capabilities();
    const { drive, axis } = MOTIONS[action];
    const signed = speedFor(action, speed, can);
    if (signed === 0) throw notSupported(action);
    if (drive === 'focus') return put(FOCUS_PATH, focusData(signed), START_TIMEOUT_MS);
    const motion = { [axis]: signed };
    if (can.momentary && takesMomentary) {
      try {
        return await put(`${PTZ_PATH}/momentary`, ptzData(can, motion, durationMs), START_TIMEOUT_MS);
      } catch (error) {
        if (!isNotSupported(error)) throw error;
        takesMomentary = false;
      }
    }
    await put(`${PTZ_PATH}/continuous`, ptzData(can, motion), START_TIMEOUT_MS);
  }

  return {
    capabilities,
    start: (move) => saying(move.action, () => start(move)),
    async stop(drive, timeoutMs) {
      if (drive === 'focus') return put(FOCUS_PATH, focusData(0), timeoutMs);
      // What the lens has is not asked for now: a stop must not wait for an answer to anything else.
      const can = (await known?.catch(() => undefined)) ?? UNTOLD_CAPABILITIES;
      await put(`${PTZ_PATH}/continuous`, ptzData(can, {}), timeoutMs);
    },
    presets: () =>
      saying('presets', async () => {
        const { maxPreset } = await capabilities();
        const shape = { roots: ['PTZPresetList'], lists: ['PTZPreset'] };
        const { PTZPreset } = readAs(await get(`${PTZ_PATH}/presets`), shape, PresetList);
        return PTZPreset.flatMap(({ id, presetName, enabled }) =>
          id !== null && isPresetNumber(id) && id <= maxPreset && !/^false$/i.test(enabled)
            ? [{ number: id, name: presetName }]
            : [],
        );
      }),
    goToPreset: (number) =>
      saying('presets', async () => {
        const { maxPreset } = await capabilities();
        if (number > maxPreset)
          throw new Rejected('not_found', `could not find preset ${number}: the camera has fewer`);
        await put(`${PTZ_PATH}/presets/${number}/goto`, '', VISIT_TIMEOUT_MS);
      }),
    goHome: () => home('/goto'),
    saveHome: () => home(''),
  };

  function home(step: '' | '/goto'): Promise<void> {
    return saying('home', async () => {
      if (!(await capabilities()).home) throw notSupported('home');
      await put(`${PTZ_PATH}/homeposition${step}`, '', VISIT_TIMEOUT_MS);
    });
  }
}

/** A camera that cannot do something says so in its own words; here they become the one code for it. */
async function saying<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw isNotSupported(error) ? notSupported(what, error) : error;
  }
}

function isNotSupported(error: unknown): boolean {
  if (!(error instanceof CameraRefused)) return false;
  return /^notSupport$/i.test(error.subStatusCode) || error.status === 404 || error.status === 405;
}

function notSupported(what: string, cause?: unknown): Rejected {
  return new Rejected('not_supported', `could not do this: the camera has no ${what}`, { cause });
}

const focusData = (speed: number) => `<FocusData><focus>${speed}</focus></FocusData>`;
