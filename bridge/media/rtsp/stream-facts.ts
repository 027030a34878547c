import { readSdp, type SdpVideo } from './sdp.ts';
import { type BFrames, profileHasNoBFrames, profileName, readSps, type Sps } from './sps.ts';

/** What a stream is made of, before anybody watches it; nulls where the camera does not say. */
export type StreamFacts = {
  /** Of the first video medium; `none` when there is no video. */
  codec: 'H264' | 'H265' | 'other' | 'none';
  /** H.264's: `Baseline`, `Main`, `High`, … */
  profile: string | null;
  /** In pixels. */
  width: number | null;
  height: number | null;
  bFrames: BFrames;
  /** Codec name of the first audio medium, in upper case: `PCMA`, `MPEG4-GENERIC`. */
  audio: string | null;
};

/** The facts in a session description; any text has some, if only that there is no video. */
export function streamFacts(description: string): StreamFacts {
  const { video, audio } = readSdp(description);
  const sets = video?.parameterSets ?? [];
  const sps = sets.map(readSps).find((set) => set !== null) ?? null;
  return {
    codec: video === null ? 'none' : codecOf(video),
    ...(video?.codec === 'H264' ? pictureOf(video, sps) : NO_PICTURE),
    audio: audio?.codec ?? null,
  };
}

type Picture = Pick<StreamFacts, 'profile' | 'width' | 'height' | 'bFrames'>;
const NO_PICTURE: Picture = { profile: null, width: null, height: null, bFrames: 'unknown' };

function codecOf({ codec }: SdpVideo): StreamFacts['codec'] {
  if (codec === 'H264') return 'H264';
  // Some cameras name it as its bitstream is called.
  return codec === 'H265' || codec === 'HEVC' ? 'H265' : 'other';
}

/** Without a readable parameter set, what the format parameters still tell. */
function pictureOf({ profileIdc }: SdpVideo, sps: Sps | null): Picture {
  if (sps !== null) return sps;
  if (profileIdc === null) return NO_PICTURE;
  const bFrames = profileHasNoBFrames(profileIdc) ? 'none' : 'unknown';
  return { ...NO_PICTURE, profile: profileName(profileIdc), bFrames };
}
