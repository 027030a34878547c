// Asks the camera for a stream's description, as MediaMTX will, before it may: the login is proven once and counted by
// the guard, and a codec that no browser shows is known before a viewer sees black (MEDIAMTX.md 4).
import { type Challenge, chooseChallenge } from '../../../shared/isapi/challenge.ts';
import { answerBasic } from '../../../shared/isapi/digest.ts';
import type { Account } from '../../../shared/isapi/guard/account.ts';
import type { Pass, Verdict } from '../../../shared/isapi/guard/guard.ts';
import { type Refusal, readRefusal } from '../../../shared/isapi/guard/refusal.ts';
import type { OpenedCamera } from '../../../shared/isapi/open-camera.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { Busy, type GateError, NeverSent, Rejected } from '../../../shared/support/errors.ts';
import type { StreamKind } from '../../../shared/video/stream-name.ts';
import { connectRtsp, type RtspConnection } from './rtsp-connection.ts';
import { answerRtspDigest } from './rtsp-digest.ts';
import type { RtspResponse } from './rtsp-response.ts';
import { rtspPath, rtspUrl } from './rtsp-url.ts';
import { type StreamFacts, streamFacts } from './stream-facts.ts';

export type { StreamFacts } from './stream-facts.ts';

/** For all of it: its turn at the guard, the connection and every answer. */
const PROBE_TIMEOUT_MS = 5_000;
const HEADERS = { Accept: 'application/sdp' };

/** `account`: user, password and its version as the camera has just let them in, or did not ask for them. */
export type ProvenStream = { facts: StreamFacts; account: Account };

type Described = { response: RtspResponse; account: Account };

/**
 * One OPTIONS and DESCRIBE, with at most one login, through the guard of `opened`.
 * @throws Busy `camera_locked` (nothing was sent, or this login was a bad one), `camera_unreachable`, `camera_busy`
 * @throws Rejected `camera_refused` with what an operator has to change
 */
export async function probeStream(
  { camera, guard }: OpenedCamera,
  kind: StreamKind,
  { clock, signal }: { clock: Clock; signal?: AbortSignal },
): Promise<ProvenStream> {
  const until = clock.now() + PROBE_TIMEOUT_MS;
  const url = rtspUrl(camera, kind);

  async function attempt(pass: Pass): Promise<Verdict<Described>> {
    if (signal?.aborted) throw callerLeft();
    const connection = connectRtsp(camera, { patience: { clock, timeoutMs: Math.max(1, until - clock.now()) } });
    const leave = () => connection.close(callerLeft());
    signal?.addEventListener('abort', leave, { once: true });
    const arm = async () => {
      await pass.arm();
      // From here on the camera judges the password, and only its answer tells how: nobody may leave before it.
      signal?.removeEventListener('abort', leave);
    };
    try {
      return await describe({ ...pass, arm }, connection);
    } finally {
      signal?.removeEventListener('abort', leave);
      connection.close();
    }
  }

  async function describe(pass: Pass, connection: RtspConnection): Promise<Verdict<Described>> {
    const answered = (response: RtspResponse): Verdict<Described> => {
      return { kind: 'answered', value: { response, account: pass.account } };
    };
    // Only to see that RTSP is spoken here: cameras differ in what they answer.
    await connection.request({ method: 'OPTIONS', url });
    const request = { method: 'DESCRIBE', url, headers: HEADERS };
    const askedAt = clock.now();
    const asked = await connection.request(request);
    if (asked.status !== 401) return answered(asked);
    const tookMs = clock.now() - askedAt;
    const refusal = refusalIn(asked);
    if (refusal.isLocked) return refused(0, refusal);
    const challenge = chooseChallenge(refusal.challenges, { allowBasic: camera.allowBasic });
    if (challenge === null) throw noUsableLogin();
    await pass.arm();
    // A login whose verdict comes too late is counted by the camera and by nobody else.
    if (until - clock.now() < tookMs) {
      throw new NeverSent(
        'camera_unreachable',
        `could not ask the camera for its ${kind} stream: it answers too slowly`,
      );
    }
    const Authorization = authorizationFor(challenge, pass.account, url);
    const response = await connection.request({ ...request, headers: { ...HEADERS, Authorization } });
    return response.status === 401 ? refused(1, refusalIn(response)) : answered(response);
  }

  const { response, account } = await guard.pass({ until, ...(signal ? { signal } : {}) }, attempt);
  if (response.status !== 200) throw refusalOf(response.status, kind);
  const description = response.body.toString('utf8');
  if (!description.startsWith('v=0')) throw refusing(kind, 'what the camera sent is no description');
  return { facts: streamFacts(description), account };
}

function authorizationFor(challenge: Challenge, credentials: Account, url: string): string {
  if (challenge.scheme === 'basic') return answerBasic(credentials);
  return answerRtspDigest({ challenge, credentials, method: 'DESCRIBE', url });
}

function refusalIn({ headers, body }: RtspResponse): Refusal {
  return readRefusal(headers.get('www-authenticate'), body);
}

function refused(logins: number, { isLocked, notice }: Refusal): Verdict<never> {
  return { kind: 'refused', logins, why: isLocked ? 'locked_by_camera' : 'bad_login', notice };
}

function refusalOf(status: number, kind: StreamKind): GateError {
  if (status === 453 || status === 503) {
    return new Busy('camera_busy', `could not open the ${kind} stream: the camera answered ${status}, it is full`);
  }
  if (status === 404) {
    return refusing(kind, `the camera has none at ${rtspPath(kind)}: is it switched on there?`);
  }
  if (status === 403) return refusing(kind, 'the camera does not let this user see it: has it the right to live view?');
  return refusing(kind, `the camera answered ${status}`);
}

function refusing(kind: StreamKind, why: string): Rejected {
  return new Rejected('camera_refused', `could not open the ${kind} stream: ${why}`);
}

function noUsableLogin(): Rejected {
  const why = 'it offers neither a Digest that can be answered nor a Basic that its configuration allows';
  return new Rejected('camera_refused', `could not log in to the camera by RTSP: ${why}`);
}

function callerLeft(): Busy {
  return new Busy('camera_busy', 'could not ask the camera: the caller went away');
}
