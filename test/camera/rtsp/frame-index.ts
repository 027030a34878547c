// The bar code in every picture of the clips: which of the clip's pictures it is. From a picture on a screen and
// `frameSentAt` comes how old it was when it was shown.

/** Where the blocks are, in pixels of the full-size picture, from its top left corner; white is one. */
const FRAME_INDEX = { blocks: 12, blockPixels: 40, rows: 32 } as const;

/** Fixed blocks, so that neither black nor any other plain picture reads as an index. */
const FIXED = [
  { block: 0, isWhite: true },
  { block: 1, isWhite: false },
  { block: 10, isWhite: false },
  { block: 11, isWhite: true },
];
const FIRST_BIT = 2;
const BITS = 8;

/** @param isWhite the blocks from left to right; @returns null for a picture without the code */
export function readFrameIndex(isWhite: readonly boolean[]): number | null {
  if (isWhite.length !== FRAME_INDEX.blocks) return null;
  if (FIXED.some((fixed) => isWhite[fixed.block] !== fixed.isWhite)) return null;
  return isWhite.slice(FIRST_BIT, FIRST_BIT + BITS).reduce((index, bit) => index * 2 + Number(bit), 0);
}
