import * as z from 'zod';
import { readAs, Text, WholeNumber } from '../document.ts';
import { MOTIONS, type MoveAction } from './action.ts';

/** The speeds that ISAPI knows; a lens may know fewer. */
const MAX_SPEED = 100;
/** What every camera has that has presets at all; those from 106 on must be promised by `maxPresetNum`. */
const ORDINARY_PRESETS = 32;

export type LensCapabilities = {
  /** Highest speed by axis, 0 where the lens has no such axis. */
  maxSpeed: { pan: number; tilt: number; zoom: number; focus: number };
  /** The camera can end a move by itself. */
  momentary: boolean;
  home: boolean;
  maxPreset: number;
};

/** For a camera that tells nothing: a motorised zoom, which is what this model has. */
export const UNTOLD_CAPABILITIES: LensCapabilities = {
  maxSpeed: { pan: 0, tilt: 0, zoom: MAX_SPEED, focus: MAX_SPEED },
  momentary: false,
  home: true,
  maxPreset: ORDINARY_PRESETS,
};

// Devices write Min and Max, the vendor's guide min and max (ISAPI.md 6).
const Range = z.preprocess(
  emptyElement,
  z
    .object({ Max: WholeNumber, max: WholeNumber })
    .transform(({ Max, max }) => Math.min(Max ?? max ?? MAX_SPEED, MAX_SPEED)),
);
const PanTilt = z.preprocess(emptyElement, z.object({ XRange: Range.optional(), YRange: Range.optional() })).optional();
const Zoom = z.preprocess(emptyElement, z.object({ ZRange: Range.optional() })).optional();

const Schema = z.object({
  ContinuousPanTiltSpace: PanTilt,
  ContinuousZoomSpace: Zoom,
  MomentaryPanTiltSpace: PanTilt,
  MomentaryZoomSpace: Zoom,
  homePostionSupport: Text,
  homePositionSupport: Text,
  maxPresetNum: WholeNumber,
});

/**
 * `GET /ISAPI/PTZCtrl/channels/<ch>/capabilities` (ISAPI.md 6; its root and `homePostionSupport` are misspelt on the wire).
 * @throws Rejected `camera_refused` when the bytes are no such document
 */
export function readLensCapabilities(bytes: Uint8Array): LensCapabilities {
  const told = readAs(bytes, { roots: ['PTZChanelCap', 'PTZChannelCap'] }, Schema);
  const panTilt = told.ContinuousPanTiltSpace ?? told.MomentaryPanTiltSpace;
  const zoom = told.ContinuousZoomSpace ?? told.MomentaryZoomSpace;
  return {
    maxSpeed: {
      pan: panTilt?.XRange ?? 0,
      tilt: panTilt?.YRange ?? 0,
      zoom: zoom?.ZRange ?? 0,
      // Nowhere promised; a camera without it refuses the command.
      focus: MAX_SPEED,
    },
    momentary: told.MomentaryZoomSpace !== undefined || told.MomentaryPanTiltSpace !== undefined,
    home: !/^false$/i.test(told.homePostionSupport || told.homePositionSupport),
    maxPreset: told.maxPresetNum ?? ORDINARY_PRESETS,
  };
}

/** What the camera is to be asked for `speed` (1 to 100), signed; 0 when it has no such axis. */
export function speedFor(action: MoveAction, speed: number, { maxSpeed }: LensCapabilities): number {
  const { axis, sign } = MOTIONS[action];
  return maxSpeed[axis] === 0 ? 0 : sign * Math.min(speed, maxSpeed[axis]);
}

/** An element without content is read as text. */
function emptyElement(value: unknown): unknown {
  return value === '' ? {} : value;
}
