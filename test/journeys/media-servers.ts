// Which MediaMTX a journey runs with: the stand-in everywhere, and the real one where its binary is.
import { fileURLToPath } from 'node:url';
import { findRealBinary } from '../mediamtx/real-binary.fixture.ts';

export type MediaServerUnderTest = { name: string; binary: string; isReal: boolean };

const STANDIN = fileURLToPath(new URL('../mediamtx/main.ts', import.meta.url));

/** Says aloud when the real one is absent: MEDIAMTX_BIN or the PATH must have it. */
export function mediaServers(): MediaServerUnderTest[] {
  const standIn = { name: 'the stand-in for MediaMTX', binary: STANDIN, isReal: false };
  const real = findRealBinary('video is tested against its stand-in only');
  return real === null ? [standIn] : [standIn, { name: `MediaMTX ${real.version}`, binary: real.bin, isReal: true }];
}
