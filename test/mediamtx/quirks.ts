// Where the two lines of MediaMTX differ in what the bridge can see (MEDIAMTX.md 1 to 6; both were compared byte by byte).

export const RELEASES = ['v1.16.1', 'v1.20.1'] as const;
export type Release = (typeof RELEASES)[number];

export type Quirks = {
  release: Release;
  /** `moq` is a key: unknown before 1.19, and then fatal. */
  hasMoq: boolean;
  /** A WHEP POST without a good token is a 400 without any pause, as if the offer were bad (#5566). */
  refusesWhepWith400: boolean;
  /** HLS: a session secret after one asked playlist, instead of asking the hook at every request. */
  hasHlsSessions: boolean;
  /** Fields `userAgent`, `tracks2`, `inboundBytes` and their like. */
  hasInboundNames: boolean;
  /** How a refusal by the hook is told in logs and answers. */
  refusal: (why: string) => string;
  /** How long a refused login waits for its answer, in ms. */
  refusalPauseMs: () => number;
  opened: (addresses: readonly string[], kinds: readonly string[]) => string;
  closing: string;
  wrongType: (what: { got: string; scope: string; key: string; wanted: string }) => string;
  quote: (key: string) => string;
  moved: 301 | 302;
};

const OLD_PAUSE_MS = 2_000;
const NEW_PAUSE_MAX_MS = 4_000;

const OLD: Quirks = {
  release: 'v1.16.1',
  hasMoq: false,
  refusesWhepWith400: true,
  hasHlsSessions: false,
  hasInboundNames: false,
  refusal: (why) => `authentication failed: ${why}`,
  refusalPauseMs: () => OLD_PAUSE_MS,
  opened: (addresses, kinds) =>
    `listener opened on ${addresses.map((address, at) => (kinds[at] ? `${address} (${oldKind(kinds[at])})` : address)).join(', ')}`,
  closing: 'listener is closing',
  wrongType: ({ got, scope, key, wanted }) =>
    `json: cannot unmarshal ${got} into Go struct field ${scope}.${key} of type ${wanted}`,
  quote: (key) => `'${key}'`,
  moved: 301,
};

const NEW: Quirks = {
  ...OLD,
  release: 'v1.20.1',
  hasMoq: true,
  refusesWhepWith400: false,
  hasHlsSessions: true,
  hasInboundNames: true,
  refusal: (why) => `failed to authenticate: ${why}`,
  refusalPauseMs: () => Math.random() * NEW_PAUSE_MAX_MS,
  opened: (addresses, kinds) => {
    const shown = addresses.map((address, at) => `${address} (${kinds[at] ?? 'TCP/HTTP'})`);
    // Not the count decides: RTSP and WebRTC always say `listeners`.
    return `started with listener${kinds.length === 0 ? '' : 's'} on ${shown.join(', ')}`;
  },
  closing: 'closing',
  wrongType: ({ got, wanted }) => `json: cannot unmarshal ${got} into Go value of type ${wanted}`,
  quote: (key) => `"${key}"`,
  moved: 302,
};

export function quirksOf(release: Release): Quirks {
  return release === OLD.release ? OLD : NEW;
}

/** @throws when `text` names no line that is played */
export function releaseOf(text: string): Release {
  const found = RELEASES.find((release) => release === text);
  if (found === undefined) throw new Error(`could not play MediaMTX ${text}: only ${RELEASES.join(' and ')} are known`);
  return found;
}

/** 1.16 turns the words of the newer form round, and says HTTP without TCP. */
function oldKind(kind: string): string {
  if (kind === 'TCP/HTTP') return 'HTTP';
  return kind.endsWith('/ICE') ? `ICE/${kind.slice(0, -'/ICE'.length)}` : kind;
}
