// What a camera's answer to DESCRIBE says of its media (RFC 8866), as far as a viewer depends on it.

/** Longest description read; real ones stay below 2 kB. */
const MAX_SDP_CHARACTERS = 64 * 1024;
const MAX_LINES = 1_000;
const MAX_PARAMETER_SETS = 16;
const CODEC_NAME = /^[\w.-]{1,32}$/;
/** Payload types that need no rtpmap (RFC 3551). */
const STATIC_NAMES: Readonly<Record<string, string>> = {
  '0': 'PCMU',
  '8': 'PCMA',
  '9': 'G722',
  '14': 'MPA',
  '26': 'JPEG',
};

export type SdpVideo = {
  /** Encoding name in upper case, `H264`; null when the description names none. */
  codec: string | null;
  /** H.264's `sprop-parameter-sets`, decoded. */
  parameterSets: Buffer[];
  /** First byte of H.264's `profile-level-id`. */
  profileIdc: number | null;
};
/** The first video and the first audio medium, null where there is none. */
export type Sdp = { video: SdpVideo | null; audio: { codec: string | null } | null };

type Medium = { kind: string; payloadType: string; codec: string | null; parameters: Map<string, string> };

/** Reads any text: what is no description has no media. */
export function readSdp(text: string): Sdp {
  const media: Medium[] = [];
  for (const line of text.slice(0, MAX_SDP_CHARACTERS).split(/\r\n|\r|\n/, MAX_LINES)) {
    const [, kind, payloadType] = /^m=(\w+) \d+(?:\/\d+)? \S+ (\d{1,3})(?: |$)/.exec(line) ?? [];
    if (kind !== undefined && payloadType !== undefined) {
      const codec = STATIC_NAMES[payloadType] ?? null;
      media.push({ kind, payloadType, codec, parameters: new Map() });
    }
    const medium = media.at(-1);
    if (medium) readAttribute(line, medium);
  }
  const video = media.find(({ kind }) => kind === 'video');
  const audio = media.find(({ kind }) => kind === 'audio');
  return { video: video ? videoOf(video) : null, audio: audio ? { codec: audio.codec } : null };
}

/** Attributes of other payload types than the first describe alternatives that nobody asks for. */
function readAttribute(line: string, medium: Medium): void {
  const [, name, payloadType, value = ''] = /^a=(rtpmap|fmtp):\s*(\d{1,3})\s+(.*)$/.exec(line) ?? [];
  if (payloadType !== medium.payloadType) return;
  if (name === 'rtpmap') {
    const codec = value.split('/')[0] ?? '';
    if (CODEC_NAME.test(codec)) medium.codec = codec.toUpperCase();
    return;
  }
  for (const parameter of value.split(';')) {
    const equals = parameter.indexOf('=');
    if (equals > 0)
      medium.parameters.set(parameter.slice(0, equals).trim().toLowerCase(), parameter.slice(equals + 1).trim());
  }
}

function videoOf({ codec, parameters }: Medium): SdpVideo {
  const sets = (parameters.get('sprop-parameter-sets') ?? '').split(',', MAX_PARAMETER_SETS);
  const [profile] = /^[0-9a-f]{2}/i.exec(parameters.get('profile-level-id') ?? '') ?? [];
  return {
    codec,
    parameterSets: sets.map((set) => Buffer.from(set, 'base64')).filter((set) => set.length > 0),
    profileIdc: profile === undefined ? null : Number.parseInt(profile, 16),
  };
}
