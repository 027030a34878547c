// A connection is no picture: only new frames are. Counts them, and tells when they stop.

const LOOK_EVERY_MS = 250;

export type FrameWatch = {
  /** Resolves with the first frame; rejects when none comes in `withinMs`. */
  first(withinMs: number): Promise<void>;
  /** Resolves when no frame has come for so long. */
  frozen(forMs: number): Promise<void>;
  stop(): void;
};

export function watchFrames(video: HTMLVideoElement): FrameWatch {
  let frames = 0;
  let lastAt = performance.now();
  let stopped = false;
  const first = Promise.withResolvers<void>();
  const onFrame = (): void => {
    frames += 1;
    lastAt = performance.now();
    first.resolve();
    if (!stopped) video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  return {
    async first(withinMs) {
      const late = setTimeout(() => first.reject(new Error('no picture came')), withinMs);
      await first.promise.finally(() => clearTimeout(late));
    },
    async frozen(forMs) {
      // A hidden tab is shown no frames, and nobody looks at it.
      while (!stopped && (document.hidden || frames === 0 || performance.now() - lastAt < forMs)) {
        await new Promise((next) => setTimeout(next, LOOK_EVERY_MS));
        if (document.hidden) lastAt = performance.now();
      }
    },
    stop() {
      stopped = true;
    },
  };
}
