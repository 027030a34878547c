// What a viewer's offer says of itself, and where it is refused as pion refuses it (MEDIAMTX.md 2).

export type Offer = {
  /** Of the video section. */
  mid: string;
  payloadType: number;
  iceUfrag: string;
};

const WANTED_PROFILE = /^42e0/i;

/** @throws Error with the sentence of MediaMTX's 400 */
export function readOffer(sdp: string): Offer {
  const lines = sdp.split(/\r\n|\n/).filter((line) => line !== '');
  const broken = lines.find((line) => !/^[a-z]=/.test(line));
  if (broken !== undefined)
    throw new Error(`failed to unmarshal SDP: sdp: syntax error at pos 1: "${broken[1] ?? ''}"`);
  const attribute = (own: readonly string[], name: string) =>
    own.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3);
  const iceUfrag = attribute(lines, 'ice-ufrag');
  if (iceUfrag === undefined) throw new Error('SetRemoteDescription called with no ice-ufrag');
  if (attribute(lines, 'fingerprint') === undefined) throw new Error('SetRemoteDescription called with no fingerprint');
  for (const section of sections(lines)) {
    const payloadType = section[0]?.startsWith('m=video') ? h264Of(section) : undefined;
    const mid = attribute(section, 'mid');
    if (payloadType !== undefined && mid !== undefined) return { mid, payloadType, iceUfrag };
  }
  throw new Error('codecs not supported by client');
}

function sections(lines: readonly string[]): string[][] {
  const starts = lines.flatMap((line, at) => (line.startsWith('m=') ? [at] : []));
  return starts.map((start, at) => lines.slice(start, starts[at + 1]));
}

/** The payload type of Constrained Baseline in packetization mode 1, else of any H.264. */
function h264Of(section: readonly string[]): number | undefined {
  const offered = section.flatMap((line) => {
    const [, payloadType] = /^a=rtpmap:(\d+) H264\/90000/i.exec(line) ?? [];
    return payloadType === undefined ? [] : [payloadType];
  });
  const fits = (payloadType: string) => {
    const format = section.find((line) => line.startsWith(`a=fmtp:${payloadType} `)) ?? '';
    const [, profile = ''] = /profile-level-id=(\w+)/.exec(format) ?? [];
    return format.includes('packetization-mode=1') && WANTED_PROFILE.test(profile);
  };
  const best = offered.find(fits) ?? offered[0];
  return best === undefined ? undefined : Number(best);
}
