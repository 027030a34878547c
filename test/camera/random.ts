/** Numbers in [0, 1) that a seed repeats: the same seed drives the same vehicles past the gate (xorshift32). */
export type Random = () => number;

const RANGE = 2 ** 32;

export function randomFrom(seed: number): Random {
  // A zero state would stay zero, and neighbouring seeds would start alike: spread the seed first.
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / RANGE;
  };
}

export function pick<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

/** `count` characters out of `alphabet`. */
export function characters(random: Random, alphabet: string, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += alphabet.charAt(Math.floor(random() * alphabet.length));
  return text;
}
