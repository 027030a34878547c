// JPEGs of an exact size for load tests: comment segments are added until the bytes are as many as asked.
import { gateScene } from './gate-scene.ts';

/** Two marker bytes and two length bytes, then the comment itself. */
export const SEGMENT_HEAD_BYTES = 4;
const MAX_COMMENT_BYTES = 65_533;
const FILLER_SCALE = 1 / 16;

/** The smallest picture at hand, for what only has to be a JPEG. */
export const FILLER_JPEG: Buffer = gateScene(null, '', FILLER_SCALE);

/**
 * The picture with its size brought to `bytes` by comments after its start marker; one that is too big already gives way
 * to a tiny one. Below the tiny one's size the size cannot be met, and the tiny one is returned as it is.
 */
export function jpegOfSize(picture: Buffer, bytes: number): Buffer {
  const room = bytes - picture.length;
  if (room < SEGMENT_HEAD_BYTES)
    return room === 0 || picture === FILLER_JPEG ? picture : jpegOfSize(FILLER_JPEG, bytes);
  return Buffer.concat([picture.subarray(0, 2), ...comments(room), picture.subarray(2)]);
}

/** The picture with a comment segment after its start marker: other bytes, the same sight. At most 64 kB of comment. */
export function withComment(picture: Buffer, comment: Buffer): Buffer {
  return Buffer.concat([picture.subarray(0, 2), segmentOf(comment), picture.subarray(2)]);
}

function comments(bytes: number): Buffer[] {
  const segments: Buffer[] = [];
  let left = bytes;
  while (left > 0) {
    // A rest of fewer bytes than a segment's head could not be filled: leave it room for one.
    const rest = left - SEGMENT_HEAD_BYTES - MAX_COMMENT_BYTES;
    const comment = Math.min(
      left - SEGMENT_HEAD_BYTES,
      MAX_COMMENT_BYTES - (rest > 0 && rest < SEGMENT_HEAD_BYTES ? 4 : 0),
    );
    const segment = segmentOf(Buffer.alloc(comment, 'gate '));
    segments.push(segment);
    left -= segment.length;
  }
  return segments;
}

function segmentOf(comment: Buffer): Buffer {
  const head = Buffer.alloc(SEGMENT_HEAD_BYTES);
  head.writeUInt16BE(0xfffe, 0);
  head.writeUInt16BE(comment.length + 2, 2);
  return Buffer.concat([head, comment]);
}
