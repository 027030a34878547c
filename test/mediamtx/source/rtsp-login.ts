// How MediaMTX answers a camera's challenge: the best digest, else Basic; never a second try (MEDIAMTX.md 4).
import { answerRtspDigest } from '../../../bridge/media/rtsp/rtsp-digest.ts';
import { type Challenge, chooseChallenge, parseChallenges } from '../../../shared/isapi/challenge.ts';
import { answerBasic, type Credentials } from '../../../shared/isapi/digest.ts';
import { Secret } from '../../../shared/support/secret.ts';

/** The value of `Authorization` for a request of this connection. */
export type Login = (method: string, url: string) => string;

/** @returns null when the source names nobody, or the camera offers nothing that can be answered */
export function loginOf(source: URL, challengeHeader: string): Login | null {
  if (source.username === '') return null;
  const credentials: Credentials = {
    user: decodeURIComponent(source.username),
    password: new Secret(decodeURIComponent(source.password)),
  };
  const challenge: Challenge | null = chooseChallenge(parseChallenges(challengeHeader), { allowBasic: true });
  if (challenge === null) return null;
  if (challenge.scheme === 'basic') return () => answerBasic(credentials);
  // MediaMTX's client knows no qop, whatever the camera offers.
  return (method, url) => answerRtspDigest({ challenge: { ...challenge, qop: null }, credentials, method, url });
}
