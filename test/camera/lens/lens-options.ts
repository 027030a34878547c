/** What the lens is built like. */
export type LensOptions = {
  /** A box with a motorised zoom has none (ISAPI.md 6). */
  panTilt: boolean;
  /** What pan and tilt get from a lens that has none: 403, or 200 and nothing happens. */
  panOnZoomOnly: 'refused' | 'ignored';
  momentary: boolean;
  home: boolean;
  maxPresetNum: number;
  /** Highest speed of the zoom. */
  zoomMax: number;
  /** `lower-case` as the vendor's guide writes ranges; `none`: the resource does not exist. */
  capabilities: 'device' | 'lower-case' | 'none';
};

export const DEFAULT_LENS: LensOptions = {
  panTilt: false,
  panOnZoomOnly: 'refused',
  momentary: true,
  home: true,
  maxPresetNum: 300,
  zoomMax: 100,
  capabilities: 'device',
};

export type LensFault =
  /** Momentary moves run on like continuous ones. */
  | 'ignores-durations'
  /** The first stop of each motion is answered 200 and nothing happens. */
  | 'forgets-first-stop'
  /** The first stop of each motion reaches the lens never: its connection is cut, or stays silent. */
  | 'cuts-first-stop'
  | 'silent-at-first-stop'
  /** 200, and the lens stays where it is. */
  | 'stands-still'
  /** Every lens command gets deviceBusy. */
  | 'busy';
