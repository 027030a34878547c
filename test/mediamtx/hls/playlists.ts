// The playlists as MediaMTX writes them (MEDIAMTX.md 6); the query of the request stands at every inner address.
import { codecName, pictureSize } from './init-segment.ts';
import type { Segment, Segmenter } from './segmenter.ts';

/** What is promised to be known to a client that asks for a shortened list, in target durations. */
const SKIP_TARGETS = 6;
const HOLD_BACK_PARTS = 2.5;
/** Of the youngest segments, the parts and the time are told. */
const DETAILED_SEGMENTS = 2;

export const MEDIA_PLAYLIST = 'video1_stream.m3u8';

export function multivariantPlaylist(
  segmenter: Segmenter,
  { rawQuery, version }: { rawQuery: string; version: number },
): string {
  const { parameterSets, segments } = segmenter;
  const whole = segments.filter((segment) => segment !== null);
  const bytes = whole.map(({ parts }) => parts.reduce((sum, part) => sum + part.bytes.length, 0));
  const bandwidths = whole.map(({ seconds }, at) => Math.round(((bytes[at] ?? 0) * 8) / seconds));
  const average = Math.round(bandwidths.reduce((sum, value) => sum + value, 0) / Math.max(1, bandwidths.length));
  const { width, height } = parameterSets ? pictureSize(parameterSets) : { width: 0, height: 0 };
  const codecs = parameterSets ? codecName(parameterSets) : '';
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${version}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    '',
    `#EXT-X-STREAM-INF:BANDWIDTH=${Math.max(0, ...bandwidths)},AVERAGE-BANDWIDTH=${average},CODECS="${codecs}",RESOLUTION=${width}x${height}`,
    withQuery(MEDIA_PLAYLIST, rawQuery),
    '',
  ].join('\n');
}

export type MediaPlaylistOptions = { rawQuery: string; isLowLatency: boolean };

export function mediaPlaylist(segmenter: Segmenter, { rawQuery, isLowLatency }: MediaPlaylistOptions): string {
  const { segments, next, prefix, firstSequence, nextPartId } = segmenter;
  const query = withoutHlsParameters(rawQuery);
  const whole = segments.filter((segment) => segment !== null);
  const target = Math.max(1, ...whole.map(({ seconds }) => Math.round(seconds)));
  const parts = [...whole, next].flatMap((segment) => segment.parts);
  const partTarget = Math.ceil(Math.max(0, ...parts.map(({ seconds }) => seconds)) * 1_000) / 1_000;
  const lines = ['#EXTM3U', '#EXT-X-VERSION:10', `#EXT-X-TARGETDURATION:${target}`];
  if (isLowLatency) {
    const hold = (partTarget * HOLD_BACK_PARTS).toFixed(5);
    const skip = (target * SKIP_TARGETS).toFixed(5);
    lines.push(`#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${hold},CAN-SKIP-UNTIL=${skip}`);
    lines.push(`#EXT-X-PART-INF:PART-TARGET=${partTarget.toFixed(5)}`);
  }
  lines.push(`#EXT-X-MEDIA-SEQUENCE:${firstSequence}`);
  lines.push(`#EXT-X-MAP:URI="${withQuery(`${prefix}_video1_init.mp4`, query)}"`);
  for (const [at, segment] of segments.entries()) {
    if (segment === null) {
      lines.push('#EXT-X-GAP', `#EXTINF:${(whole[0]?.seconds ?? 0).toFixed(5)},`, 'gap.mp4');
      continue;
    }
    const isDetailed = segments.length - at <= DETAILED_SEGMENTS;
    if (isDetailed) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${segment.startedAt.toISOString()}`);
    if (isDetailed && isLowLatency) lines.push(...partLines(segment, query));
    lines.push(`#EXTINF:${segment.seconds.toFixed(5)},`, withQuery(segment.name, query));
  }
  if (isLowLatency) {
    lines.push(...partLines(next, query));
    const hint = withQuery(`${prefix}_video1_part${nextPartId}.mp4`, query);
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${hint}"`);
  }
  return `${lines.join('\n')}\n`;
}

function partLines({ parts }: Segment, query: string): string[] {
  return parts.map(({ seconds, name, isIndependent }) => {
    const independent = isIndependent ? ',INDEPENDENT=YES' : '';
    return `#EXT-X-PART:DURATION=${seconds.toFixed(5)},URI="${withQuery(name, query)}"${independent}`;
  });
}

function withQuery(name: string, query: string): string {
  return query === '' ? name : `${name}?${query}`;
}

/** What a player asked of this playlist is not asked of its segments; only then are the others put into order. */
function withoutHlsParameters(rawQuery: string): string {
  if (rawQuery === '') return '';
  const query = new URLSearchParams(rawQuery);
  for (const name of [...query.keys()]) if (name.startsWith('_HLS_')) query.delete(name);
  query.sort();
  return query.toString();
}
