// What a test asks of the page: is there a picture, does it move, and which of the clip's pictures is it?

type Seen = { frames: number; index: { frame: number | null; at: number }[] };

const SAMPLE = { width: 64, height: 48 };
/** As the simulated camera's clips draw it: twelve blocks of 40 pixels in the top 32 rows. */
const BAR_CODE = { blocks: 12, blockPixels: 40, rows: 32, firstBit: 2, bits: 8 };
const MAX_SAMPLES = 10_000;

const seen: Seen = { frames: 0, index: [] };
const video = document.querySelector('video');
const onFrame = (): void => {
  seen.frames += 1;
  if (video && seen.index.length < MAX_SAMPLES) seen.index.push({ frame: frameIndex(video), at: Date.now() });
  video?.requestVideoFrameCallback(onFrame);
};
video?.requestVideoFrameCallback(onFrame);

/** `spread` is the grey values' standard deviation: black or any other plain picture has none. */
export function look(): { frames: number; width: number; spread: number; words: string } {
  const pixels = video ? pixelsOf(video, SAMPLE) : new Uint8ClampedArray();
  const greys = Array.from({ length: SAMPLE.width * SAMPLE.height }, (_, i) => pixels[i * 4 + 1] ?? 0);
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  const variance = greys.reduce((sum, grey) => sum + (grey - mean) ** 2, 0) / greys.length;
  return {
    frames: seen.frames,
    width: video?.videoWidth ?? 0,
    spread: Math.sqrt(variance),
    words: document.getElementById('state')?.textContent ?? '',
  };
}

/** When the player last began to open, by the machine's clock; null when it never did. */
export function openingAt(): number | null {
  const mark = performance.getEntriesByName('opening').at(-1);
  return mark ? performance.timeOrigin + mark.startTime : null;
}

/** Every frame shown since the page was opened: its index in the clip, and when, by the machine's clock. */
export function shown(): Seen['index'] {
  return seen.index;
}

function frameIndex(from: HTMLVideoElement): number | null {
  const { blocks, blockPixels, rows, firstBit, bits } = BAR_CODE;
  const context = canvasOf(blocks, 1);
  // Block centres, not edges: compression smears those.
  context.drawImage(from, 0, rows / 4, blocks * blockPixels, rows / 2, 0, 0, blocks, 1);
  const { data } = context.getImageData(0, 0, blocks, 1);
  const white = Array.from({ length: blocks }, (_, block) => (data[block * 4 + 1] ?? 0) > 127);
  if (!white[0] || white[1] || white[10] || !white[11]) return null;
  return white.slice(firstBit, firstBit + bits).reduce((index, bit) => index * 2 + Number(bit), 0);
}

function pixelsOf(from: HTMLVideoElement, { width, height }: typeof SAMPLE): Uint8ClampedArray {
  const context = canvasOf(width, height);
  context.drawImage(from, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

function canvasOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser draws nothing');
  return context;
}
