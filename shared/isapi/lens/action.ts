import * as z from 'zod';

/** What a lens can be asked to do until it is told to stop. */
export const MoveActionSchema = z.enum([
  'zoom_in',
  'zoom_out',
  'focus_near',
  'focus_far',
  'pan_left',
  'pan_right',
  'tilt_up',
  'tilt_down',
]);
export type MoveAction = z.infer<typeof MoveActionSchema>;

/** Which of the camera's two motions an action is, each with a command and a stop of its own. */
export type Drive = 'ptz' | 'focus';

type Motion = { drive: Drive; axis: 'pan' | 'tilt' | 'zoom' | 'focus'; sign: 1 | -1 };

/** Signs as the camera reads them: + is tele, far, right and up (ISAPI.md 6). */
export const MOTIONS: Record<MoveAction, Motion> = {
  zoom_in: { drive: 'ptz', axis: 'zoom', sign: 1 },
  zoom_out: { drive: 'ptz', axis: 'zoom', sign: -1 },
  focus_near: { drive: 'focus', axis: 'focus', sign: -1 },
  focus_far: { drive: 'focus', axis: 'focus', sign: 1 },
  pan_left: { drive: 'ptz', axis: 'pan', sign: -1 },
  pan_right: { drive: 'ptz', axis: 'pan', sign: 1 },
  tilt_up: { drive: 'ptz', axis: 'tilt', sign: 1 },
  tilt_down: { drive: 'ptz', axis: 'tilt', sign: -1 },
};
