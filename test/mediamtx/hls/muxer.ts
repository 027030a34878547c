// The HLS side of one path: made by the first request, itself a reader of the path, gone when nobody asks any more.
import type { Settings } from '../config/config.ts';
import type { Answer } from '../http/front.ts';
import { type Print, under } from '../log/printer.ts';
import type { MediaStream } from '../media/media-stream.ts';
import type { Reader } from '../paths/path.ts';
import type { Joined, PathManager } from '../paths/path-manager.ts';
import { type Asked, createFileServer, type FileServer } from './files.ts';
import { createSegmenter } from './segmenter.ts';

const CLOSE_CHECK_MS = 1_000;
const NO_CODEC =
  "the stream doesn't contain any supported codec, which are currently AV1, VP9, H265, H264, Opus, MPEG-4 Audio";

export type Muxer = {
  readonly path: string;
  readonly createdAt: number;
  readonly lastRequestAt: number;
  readonly bytesSent: number;
  /** Blocks until there is something to play. Null: no such file, or the muxer has gone. */
  serve(asked: Asked): Promise<Answer | null>;
  /** Rejects with the reason when the path does not come up. */
  ready: Promise<MediaStream>;
  close(reason: string): void;
};

export type MuxerDeps = {
  path: string;
  /** Of the request that made it. */
  remoteAddress: string;
  isHidden: boolean;
  paths: PathManager;
  settings: Settings;
  print: Print;
  onClosed: (muxer: Muxer) => void;
};

export function createMuxer({ path, remoteAddress, isHidden, paths, settings, print, onClosed }: MuxerDeps): Muxer {
  const printed = under(print, `[muxer ${path}]`);
  const reader: Reader = { type: 'hlsMuxer', id: '', isHidden, close: () => end('terminated') };
  const isLowLatency = settings.hlsVariant === 'lowLatency';
  let joined: Joined | null = null;
  let files: FileServer | null = null;
  let unsubscribe = () => {};
  let lastRequestAt = Date.now();
  let bytesSent = 0;
  let hasEnded = false;
  printed('INF', `created (requested by ${remoteAddress})`);

  const idle = setInterval(() => {
    if (joined !== null && Date.now() - lastRequestAt >= settings.hlsMuxerCloseAfter) end('not used anymore');
  }, CLOSE_CHECK_MS);

  function end(reason: string): void {
    if (hasEnded) return;
    hasEnded = true;
    clearInterval(idle);
    unsubscribe();
    files?.close();
    joined?.path.removeReader(reader);
    onClosed(muxer);
    printed('INF', `destroyed: ${reason}`);
  }

  async function open(): Promise<MediaStream> {
    try {
      joined = await paths.addReader(reader, path);
      const { stream } = joined;
      if (hasEnded) joined.path.removeReader(reader);
      if (hasEnded) throw new Error('terminated');
      if (!stream.tracks.some(({ codec }) => codec === 'H264')) throw new Error(NO_CODEC);
      const segmenter = createSegmenter({
        isLowLatency,
        segmentMs: settings.hlsSegmentDuration,
        partMs: settings.hlsPartDuration,
        segmentCount: settings.hlsSegmentCount,
        parameterSets: () => stream.parameterSets,
        onProgress: () => files?.progress(),
      });
      files = createFileServer(segmenter, isLowLatency);
      printed('INF', 'is converting into HLS, 1 track (H264)');
      unsubscribe = stream.subscribe({ onUnit: segmenter.take, isCounted: false });
      return stream;
    } catch (error) {
      end(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  const ready = Promise.resolve().then(open);
  // Whoever asked for a file is told by `serve`.
  ready.catch(() => undefined);
  const muxer: Muxer = {
    path,
    createdAt: Date.now(),
    ready,
    get lastRequestAt() {
      return lastRequestAt;
    },
    get bytesSent() {
      return bytesSent;
    },
    close: end,
    async serve(asked) {
      lastRequestAt = Date.now();
      await ready.catch(() => undefined);
      const answer = (await files?.serve(asked)) ?? null;
      bytesSent += Buffer.byteLength(answer?.body ?? '');
      return answer;
    },
  };
  return muxer;
}
