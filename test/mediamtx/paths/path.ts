// One path, from idle to ready and back: it wakes its source for the first reader and lets it go after the last
// (MEDIAMTX.md 4, "Retry rule").
import type { PathConf, Settings } from '../config/config.ts';
import { type Print, under } from '../log/printer.ts';
import { createMediaStream, type MediaStream } from '../media/media-stream.ts';
import { type Track, tracksInfo } from '../source/sdp-tracks.ts';
import { createStaticSource, type StaticSource } from '../source/static-source.ts';

export type ReaderType = 'webRTCSession' | 'hlsMuxer' | 'hlsSession' | 'rtspSession';
export type Reader = {
  type: ReaderType;
  id: string;
  /** Not among the readers of the API: the muxer behind HLS sessions. */
  isHidden?: boolean;
  /** The source has gone. */
  close(): void;
};

/** A publisher's path without a publisher: 404 where other failures are 400. */
export class NoStream extends Error {}

export type Path = {
  readonly conf: PathConf;
  readonly stream: MediaStream | null;
  readonly readyAt: number | null;
  readonly readers: ReadonlySet<Reader>;
  /** Rejects with MediaMTX's sentence. */
  addReader(reader: Reader): Promise<MediaStream>;
  removeReader(reader: Reader): void;
  /** The stream for one who only asks what it is; wakes the source too. */
  describe(): Promise<MediaStream>;
  close(): void;
};

export type PathDeps = { conf: PathConf; settings: Settings; print: Print; isStalled: () => boolean };
type Waiting = { reader: Reader | null; resolve: (stream: MediaStream) => void; reject: (error: Error) => void };
type OnDemand = 'idle' | 'starting' | 'read' | 'closing';

export function createPath({ conf, settings, print, isStalled }: PathDeps): Path {
  const printed = under(print, `[path ${conf.name}]`);
  const readers = new Set<Reader>();
  let waiting: Waiting[] = [];
  let stream: MediaStream | null = null;
  let readyAt: number | null = null;
  let state: OnDemand = 'idle';
  let timer: NodeJS.Timeout | undefined;
  const source: StaticSource | null =
    conf.source === 'publisher'
      ? null
      : createStaticSource({ url: conf.source, settings, print: printed, onReady, onNotReady });
  if (!conf.sourceOnDemand) source?.start('at once');

  function onReady(tracks: readonly Track[]): MediaStream['packet'] {
    const opened = createMediaStream(tracks);
    stream = opened;
    readyAt = Date.now();
    printed('INF', `stream is available and online, ${tracksInfo(tracks)}`);
    if (conf.sourceOnDemand) closeLater();
    const served = waiting;
    waiting = [];
    for (const one of served) serve(one, opened);
    return (track, rtp) => {
      if (!isStalled()) opened.packet(track, rtp);
    };
  }

  function onNotReady(): void {
    dropReaders();
    if (conf.sourceOnDemand && state !== 'idle') stopSource('an error occurred');
  }

  function serve({ reader, resolve, reject }: Waiting, opened: MediaStream): void {
    if (reader !== null && !readers.has(reader)) {
      if (conf.maxReaders !== 0 && readers.size >= conf.maxReaders)
        return void reject(new Error('maximum reader count reached'));
      readers.add(reader);
      if (state === 'closing') {
        state = 'read';
        clearTimeout(timer);
      }
    }
    resolve(opened);
  }

  function closeLater(): void {
    clearTimeout(timer);
    state = 'closing';
    timer = setTimeout(() => {
      dropReaders();
      stopSource('not needed by anyone');
    }, conf.sourceOnDemandCloseAfter);
  }

  function startSource(): void {
    source?.start('on demand');
    state = 'starting';
    timer = setTimeout(() => {
      refuseWaiting(`source of path '${conf.name}' has timed out`);
      stopSource('timed out');
    }, conf.sourceOnDemandStartTimeout);
  }

  function stopSource(reason: string): void {
    clearTimeout(timer);
    state = 'idle';
    source?.stop(reason);
  }

  function refuseWaiting(reason: string): void {
    const refused = waiting;
    waiting = [];
    for (const { reject } of refused) reject(new Error(reason));
  }

  function dropReaders(): void {
    stream = null;
    readyAt = null;
    const dropped = [...readers];
    readers.clear();
    for (const reader of dropped) reader.close();
  }

  function join(reader: Reader | null): Promise<MediaStream> {
    const { promise, resolve, reject } = Promise.withResolvers<MediaStream>();
    const one = { reader, resolve, reject };
    if (stream !== null) serve(one, stream);
    else if (source !== null && conf.sourceOnDemand) {
      if (state === 'idle') startSource();
      waiting.push(one);
    } else reject(new NoStream(`no stream is available on path '${conf.name}'`));
    return promise;
  }

  return {
    conf,
    readers,
    get stream() {
      return stream;
    },
    get readyAt() {
      return readyAt;
    },
    addReader: (reader) => join(reader),
    describe: () => join(null),
    removeReader(reader) {
      readers.delete(reader);
      if (readers.size === 0 && state === 'read') closeLater();
    },
    close() {
      clearTimeout(timer);
      refuseWaiting('terminated');
      dropReaders();
      if (source !== null && (!conf.sourceOnDemand || state !== 'idle')) source.stop('path is closing');
      state = 'idle';
    },
  };
}
