/** A normalised plate: NFKC, upper case, only letters and digits of any script. Always text: `01234567` and `1E5` survive. */
export type Plate = string & { readonly __brand: 'Plate' };

/** Longest plate kept; the camera's own limit is 32 (ISAPI.md 4.2). */
const MAX_PLATE_CHARACTERS = 32;

/** What a camera writes when it saw a vehicle but no plate (ISAPI.md 4.2). */
const UNREAD = new Set(['', 'UNKNOWN', 'NOPLATE']);

/** The plate that rows, indexes and ids use, or null when the camera read none (`unknown`, `noPlate`, empty). */
export function normalisePlate(asRead: string): Plate | null {
  const letters = asRead
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '')
    // Capitals, and what stood apart, may compose anew.
    .normalize('NFKC');
  const plate = [...letters].slice(0, MAX_PLATE_CHARACTERS).join('');
  return UNREAD.has(plate) ? null : (plate as Plate);
}
