/** The camera's word for a picture (`fileName` without its extension, or `type`), lower case → our kind (ISAPI.md 4.2). */
const KIND_OF_WORD = new Map([
  ['licenseplatepicture', 'plate'],
  ['detectionpicture', 'scene'],
  ['vehiclepicture', 'vehicle'],
  ['featurepicture', 'feature'],
  ['pilotpicture', 'pilot'],
  ['copilotpicture', 'copilot'],
  ['compositepicture', 'composite'],
  ['platebinarypicture', 'plate_binary'],
  ['nonmotorpicture', 'non_motor'],
  ['panoramapicture', 'panorama'],
]);

/** Doubles of one kind that a detection can name: `scene`, `scene_1` … `scene_9`. */
const MAX_DOUBLE = 9;

/**
 * The kind of a picture from any name the camera gives it: `licensePlatePicture.jpg` is `plate`, its own double
 * `detectionPicture_1.jpg` is `scene_1`, and whatever is not in ISAPI.md 4.2 (a random id, an empty name) is `other`.
 */
export function pictureKind(word: string): string {
  const [, name = '', double] = /^([a-z]*?)(?:_([1-9]))?(?:\.jpe?g)?$/.exec(word.trim().toLowerCase()) ?? [];
  const kind = KIND_OF_WORD.get(name);
  if (kind === undefined) return 'other';
  return double === undefined ? kind : `${kind}_${double}`;
}

/**
 * `kind` itself, or the next number of it that `taken` leaves free: some cameras send two pictures under one name.
 * Null when all ten are taken.
 */
export function freeKind(kind: string, taken: ReadonlySet<string>): string | null {
  if (!taken.has(kind)) return kind;
  const base = kind.replace(/_[1-9]$/, '');
  for (let double = 1; double <= MAX_DOUBLE; double += 1) {
    const candidate = `${base}_${double}`;
    if (!taken.has(candidate)) return candidate;
  }
  return null;
}
