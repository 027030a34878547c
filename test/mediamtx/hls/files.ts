// The files of one muxer by name: two playlists, the start, segments and parts; each waits for what it is asked to wait for.
import type { Answer } from '../http/front.ts';
import { MEDIA_PLAYLIST, mediaPlaylist, multivariantPlaylist } from './playlists.ts';
import type { Segmenter } from './segmenter.ts';

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const WHOLE_SEGMENTS_BEFORE_FMP4 = 2;

export type Asked = {
  name: string;
  query: URLSearchParams;
  rawQuery: string;
  /** Of the multivariant playlist: 9 on 1.16, 10 on 1.20. */
  version: number;
};

export type FileServer = {
  /** Null: no such file. */
  serve(asked: Asked): Promise<Answer | null>;
  /** A part or a segment more: those who wait look again. */
  progress(): void;
  close(): void;
};

export function createFileServer(segmenter: Segmenter, isLowLatency: boolean): FileServer {
  let waiting: (() => void)[] = [];
  let isClosed = false;

  function progress(): void {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  }

  /** @returns false when the muxer has closed before */
  async function until(holds: () => boolean): Promise<boolean> {
    while (!isClosed && !holds()) await new Promise<void>((resolve) => waiting.push(resolve));
    return !isClosed;
  }

  const hasContent = () => {
    const whole = segmenter.segments.filter((segment) => segment !== null).length;
    return whole >= (isLowLatency ? 1 : WHOLE_SEGMENTS_BEFORE_FMP4);
  };

  async function serveMediaPlaylist({ query, rawQuery }: Asked): Promise<Answer> {
    const sequence = query.get('_HLS_msn');
    const part = Number(query.get('_HLS_part') ?? 0);
    if (isLowLatency && sequence !== null && !isReachable(segmenter, Number(sequence))) return { status: 400 };
    const isAskedThere = () => !isLowLatency || sequence === null || hasPart(segmenter, Number(sequence), part);
    if (!(await until(() => hasContent() && isAskedThere()))) return { status: 500 };
    return playlist(mediaPlaylist(segmenter, { rawQuery, isLowLatency }), 'no-cache');
  }

  async function serveMultivariant({ rawQuery, version }: Asked): Promise<Answer> {
    if (!(await until(hasContent))) return { status: 500 };
    return playlist(multivariantPlaylist(segmenter, { rawQuery, version }), 'max-age=30');
  }

  async function serveMedia(name: string): Promise<Answer | null> {
    if (name === `${segmenter.prefix}_video1_init.mp4` && segmenter.init !== null) return media(segmenter.init, 30);
    const hinted = `${segmenter.prefix}_video1_part${segmenter.nextPartId}.mp4`;
    // The part that was promised in the playlist: its reader waits for it.
    if (name === hinted && isLowLatency && !(await until(() => findMedia(segmenter, name) !== null)))
      return { status: 500 };
    const bytes = findMedia(segmenter, name);
    return bytes === null ? null : media(bytes, 3_600);
  }

  return {
    progress,
    close() {
      isClosed = true;
      progress();
    },
    async serve(asked) {
      if (asked.name === 'index.m3u8') return serveMultivariant(asked);
      if (asked.name === MEDIA_PLAYLIST) return serveMediaPlaylist(asked);
      return serveMedia(asked.name);
    },
  };
}

function findMedia({ segments, next }: Segmenter, name: string): Buffer | null {
  for (const segment of [...segments, next]) {
    if (segment === null) continue;
    if (segment.name === name && segment !== next) return Buffer.concat(segment.parts.map(({ bytes }) => bytes));
    const part = segment.parts.find((candidate) => candidate.name === name);
    if (part) return part.bytes;
  }
  return null;
}

/** Not further ahead than the next segment but one, not older than the list. */
function isReachable({ next, segments }: Segmenter, sequence: number): boolean {
  return Number.isInteger(sequence) && sequence <= next.id + 1 && sequence >= next.id - (segments.length - 1);
}

function hasPart({ next, segments }: Segmenter, sequence: number, part: number): boolean {
  if (sequence === next.id) return part < next.parts.length;
  const segment = segments.find((candidate) => candidate?.id === sequence);
  if (!segment) return false;
  // Beyond the last part is the first of the following segment.
  return part < segment.parts.length || next.id > sequence + 1 || next.parts.length > 0;
}

function playlist(body: string, cache: string): Answer {
  return { status: 200, headers: { 'Cache-Control': cache, 'Content-Type': PLAYLIST_TYPE }, body };
}

function media(body: Buffer, seconds: number): Answer {
  return { status: 200, headers: { 'Cache-Control': `max-age=${seconds}`, 'Content-Type': 'video/mp4' }, body };
}
