// The media of a camera's description, each with the name that MediaMTX gives its codec.

export type Track = {
  /** `H264`, `H265`, `G711`, …: as `tracks` of the API shows it. */
  codec: string;
  kind: 'video' | 'audio' | 'other';
  payloadType: number;
  /** Of SETUP: absolute, or to be joined to the base. */
  control: string;
  /** The `m=` line and its attributes, for those who watch by RTSP. */
  lines: readonly string[];
  /** SPS and PPS of the description, without start codes. */
  parameterSets: readonly Buffer[];
};

const STATIC_CODECS: Readonly<Record<string, string>> = { '0': 'PCMU', '8': 'PCMA', '9': 'G722', '26': 'JPEG' };
const CODEC_NAMES: Readonly<Record<string, string>> = {
  PCMU: 'G711',
  PCMA: 'G711',
  'MPEG4-GENERIC': 'MPEG-4 Audio',
  JPEG: 'M-JPEG',
  OPUS: 'Opus',
};

/** @throws Error in MediaMTX's words when the text describes no media */
export function readTracks(sdp: string): Track[] {
  const lines = sdp.split(/\r\n|\n/).filter((line) => line !== '');
  const starts = lines.flatMap((line, at) => (line.startsWith('m=') ? [at] : []));
  if (!lines[0]?.startsWith('v=')) throw new Error('invalid SDP: syntax error at pos 0');
  const tracks = starts.map((start, at) => trackOf(lines.slice(start, starts[at + 1])));
  if (tracks.length === 0) throw new Error('no media streams');
  return tracks.filter(({ lines: own }) => !own.includes('a=sendonly'));
}

function trackOf(lines: string[]): Track {
  const [, kind = '', payloadType = ''] = /^m=(\w+) \S+ \S+ (\d+)/.exec(lines[0] ?? '') ?? [];
  const [, name = STATIC_CODECS[payloadType] ?? ''] = match(lines, new RegExp(`^a=rtpmap:${payloadType} ([^/]+)`));
  const [, control = ''] = match(lines, /^a=control:(.*)$/);
  const [, sets = ''] = match(lines, /sprop-parameter-sets=([^;\s]+)/);
  const codec = CODEC_NAMES[name.toUpperCase()] ?? name.toUpperCase();
  return {
    codec: codec === '' ? 'Generic' : codec,
    kind: kind === 'video' || kind === 'audio' ? kind : 'other',
    payloadType: Number(payloadType),
    control,
    lines,
    parameterSets: sets.split(',').flatMap((set) => (set === '' ? [] : [Buffer.from(set, 'base64')])),
  };
}

function match(lines: readonly string[], pattern: RegExp): readonly string[] {
  return lines.map((line) => pattern.exec(line)).find((found) => found !== null) ?? [];
}

/** `1 track (H264)`, `2 tracks (H264, G711)`: so MediaMTX counts them in its log. */
export function tracksInfo(tracks: readonly Track[]): string {
  return `${tracks.length} track${tracks.length === 1 ? '' : 's'} (${tracks.map(({ codec }) => codec).join(', ')})`;
}
