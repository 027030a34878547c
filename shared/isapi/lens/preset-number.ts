import { Rejected } from '../../support/errors.ts';

/** Presets from 33 to 105 are commands in disguise, 94 being a reboot (ISAPI.md 6): they have no PresetNumber. */
const FIRST_COMMAND = 33;
const LAST_COMMAND = 105;

export type PresetNumber = number & { readonly __brand: 'PresetNumber' };

/** Whether it is a place that the lens can go to, as long as the camera has so many (`maxPresetNum`). */
export function isPresetNumber(number: number): number is PresetNumber {
  return Number.isInteger(number) && number >= 1 && (number < FIRST_COMMAND || number > LAST_COMMAND) && number <= 999;
}

/**
 * One spelling only, so that no other can be read differently by the camera than here.
 * @throws Rejected `not_found`
 */
export function parsePresetNumber(text: string): PresetNumber {
  const number = /^[1-9][0-9]{0,2}$/.test(text) ? Number(text) : Number.NaN;
  if (isPresetNumber(number)) return number;
  throw new Rejected('not_found', 'could not find this preset: presets are 1 to 32, and 106 up to the camera’s last');
}
