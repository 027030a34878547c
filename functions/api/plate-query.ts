import { normalisePlate, type Plate } from '../../shared/detection/plate.ts';
import { PREFIX_CHARACTERS } from '../../shared/store/keys.ts';

/** What a person typed to find a plate: all of it, or its beginning. */
export type PlateQuery = { plate: Plate } | { prefix: string };

/**
 * Takes `01 a 123-bc` as the plate it means and `01a*` as a prefix. Answers with a sentence when it is neither.
 */
export function parsePlateQuery(typed: string): PlateQuery | { wrong: string } {
  const text = typed.trim();
  const star = text.indexOf('*');
  if (star !== -1 && star !== text.length - 1) return { wrong: 'a * stands only at the end' };
  const normalised = normalisePlate(star === -1 ? text : text.slice(0, star));
  if (star === -1) return normalised === null ? { wrong: 'has no letter or digit of a plate' } : { plate: normalised };
  if (normalised === null || Array.from(normalised).length < PREFIX_CHARACTERS) {
    return { wrong: `needs at least ${PREFIX_CHARACTERS} letters or digits before the *` };
  }
  return { prefix: normalised };
}
