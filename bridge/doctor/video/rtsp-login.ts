// Requests of one RTSP session with their login: the camera is asked first, and each nonce that it gives is answered
// until it refuses it.
import { type Challenge, chooseChallenge } from '../../../shared/isapi/challenge.ts';
import { answerBasic } from '../../../shared/isapi/digest.ts';
import type { Pass, Verdict } from '../../../shared/isapi/guard/guard.ts';
import { readRefusal } from '../../../shared/isapi/guard/refusal.ts';
import { Rejected } from '../../../shared/support/errors.ts';
import type { RtspConnection, RtspRequest } from '../../media/rtsp/rtsp-connection.ts';
import { answerRtspDigest } from '../../media/rtsp/rtsp-digest.ts';
import type { RtspResponse } from '../../media/rtsp/rtsp-response.ts';

type RtspLogin = { connection: Pick<RtspConnection, 'request'>; pass: Pass; allowBasic: boolean };

/**
 * A 401 to a fresh nonce is a bad login and ends it; one to a nonce that was good before is asked again once with the
 * new one, for cameras limit how often they take the same (ISAPI.md 2.2).
 * @throws as `RtspConnection.request` and `Pass.arm`; Rejected `camera_refused` when no challenge can be answered
 */
export function rtspLogin({ connection, pass, allowBasic }: RtspLogin) {
  let challenge: Challenge | null = null;
  let isFresh = false;

  function authorization({ method, url }: RtspRequest, answered: Challenge): string {
    if (answered.scheme === 'basic') return answerBasic(pass.account);
    return answerRtspDigest({ challenge: answered, credentials: pass.account, method, url });
  }

  return async (request: RtspRequest): Promise<Verdict<RtspResponse>> => {
    for (;;) {
      const answered = challenge;
      const wasFresh = isFresh;
      isFresh = false;
      if (answered !== null) await pass.arm();
      const login = answered === null ? {} : { Authorization: authorization(request, answered) };
      const response = await connection.request({ ...request, headers: { ...request.headers, ...login } });
      if (response.status !== 401) return { kind: 'answered', value: response };
      const { isLocked, notice, challenges } = readRefusal(response.headers.get('www-authenticate'), response.body);
      if (isLocked || wasFresh) {
        const why = isLocked ? 'locked_by_camera' : 'bad_login';
        return { kind: 'refused', logins: answered === null ? 0 : 1, why, notice };
      }
      challenge = chooseChallenge(challenges, { allowBasic });
      if (challenge === null) {
        throw new Rejected(
          'camera_refused',
          'could not log in to the camera by RTSP: it offers no login we may answer',
        );
      }
      isFresh = true;
    }
  };
}
