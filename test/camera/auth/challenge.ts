export type DigestAlgorithm = 'MD5' | 'SHA-256';

type Shape = {
  /** In the order they are offered; a missing algorithm is MD5 unnamed, as the model sends it. */
  digests: readonly { algorithm: DigestAlgorithm; named: boolean }[];
  qop: boolean;
  basic: 'no' | 'same-header' | 'own-header' | 'only';
  /** The recorders' longer form: `domain`, an empty `opaque`, a colon in the nonce. */
  recorder?: boolean;
};

const UNNAMED_MD5 = { algorithm: 'MD5', named: false } as const;
const MD5 = { algorithm: 'MD5', named: true } as const;
const SHA256 = { algorithm: 'SHA-256', named: true } as const;

/** The challenges seen in the field (ISAPI.md 2.2). */
export const CHALLENGE_SHAPES = {
  md5: { digests: [UNNAMED_MD5], qop: true, basic: 'no' },
  sha256: { digests: [SHA256], qop: true, basic: 'no' },
  'sha256-no-qop': { digests: [SHA256], qop: false, basic: 'no' },
  'md5-then-sha256': { digests: [MD5, SHA256], qop: true, basic: 'no' },
  'sha256-then-md5': { digests: [SHA256, MD5], qop: true, basic: 'no' },
  'no-qop': { digests: [UNNAMED_MD5], qop: false, basic: 'no' },
  recorder: { digests: [MD5], qop: true, basic: 'no', recorder: true },
  'digest-and-basic': { digests: [UNNAMED_MD5], qop: true, basic: 'same-header' },
  'digest-and-basic-headers': { digests: [UNNAMED_MD5], qop: true, basic: 'own-header' },
  basic: { digests: [], qop: false, basic: 'only' },
} satisfies Record<string, Shape>;
export type ChallengeShape = keyof typeof CHALLENGE_SHAPES;

export function shapeOf(name: ChallengeShape): Shape {
  return CHALLENGE_SHAPES[name];
}

/** The values of the `WWW-Authenticate` headers, one item a header. `stale` is quoted and upper case on the wire. */
export function challenge(name: ChallengeShape, offer: { realm: string; nonce: string; stale: boolean }): string[] {
  const shape = shapeOf(name);
  const digests = shape.digests.map(({ algorithm, named }) => digestChallenge(shape, offer, named ? algorithm : ''));
  const basic = `Basic realm="${offer.realm}"`;
  if (shape.basic === 'no') return digests;
  if (shape.basic === 'same-header') return [`${digests.join(', ')}, ${basic}`];
  return [...digests, basic];
}

function digestChallenge(shape: Shape, offer: Parameters<typeof challenge>[1], algorithm: string): string {
  const stale = offer.stale ? 'TRUE' : 'FALSE';
  const named = algorithm === '' ? '' : `, algorithm="${algorithm}"`;
  const qop = shape.qop ? 'qop="auth", ' : '';
  if (shape.recorder) {
    return `Digest realm="${offer.realm}", domain="::", ${qop}nonce="${offer.nonce}", opaque=""${named}, stale="${stale}"`;
  }
  return `Digest ${qop}realm="${offer.realm}", nonce="${offer.nonce}"${named}, stale="${stale}"`;
}
