// One marked read through the webhook, and how it comes out in the table: gateway, webhook, queue and recorder at once.
// It is sent as one of the past, so it is stored and counts for nothing: no alert, no barrier.

import type { DetectionId } from '../../../shared/detection/detection.ts';
import type { Camera } from '../../../shared/isapi/cameras.ts';
import { type Clock, isoInstant } from '../../../shared/support/clock.ts';
import type { Secret } from '../../../shared/support/secret.ts';
import { readPush } from '../../../shared/webhook/intake.ts';
import { pushingCamera } from '../../../shared/webhook/pushing-camera.ts';
import { fail, type Outcome, ok, skipped } from '../finding.ts';

const TEST_PLATE = 'DOCTORTEST';
const PUSH_TIMEOUT_MS = 10_000;
const STORED_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 250;
export const TEST_READ_LIMIT_MS = PUSH_TIMEOUT_MS + STORED_WITHIN_MS + 10_000;

type TestReadDependencies = {
  /** False: nothing is sent. */
  isAsked: boolean;
  apiUrl: string | null;
  camera: Camera;
  /** Looks for the read by table or API; null where neither can be asked. */
  find: ((id: DetectionId) => Promise<boolean>) | null;
  clock: Clock;
};

export async function checkTestRead({ isAsked, apiUrl, camera, find, clock }: TestReadDependencies): Promise<Outcome> {
  if (!isAsked) return skipped('no test read was sent; --send-test-read sends one, marked as such');
  if (apiUrl === null) return skipped('GATE_API_URL is not set here: the public address of the API');
  if (find === null) return skipped('nothing to look it up with: neither GATE_TABLE nor --token');
  const begunAt = clock.now();
  const body = testEvent(camera, begunAt);
  const push = { contentType: 'application/xml', body, candidates: [pushingCamera(camera)], receivedAt: begunAt };
  const id = readPush(push).reads[0]?.detection.id;
  if (id === undefined) return skipped('several cameras push from one address: give this one its mac');
  const status = await post(pushUrl(apiUrl, camera.pushToken), body);
  if (status === null)
    return fail('the webhook cannot be reached', 'look at GATE_API_URL: is it the API’s address, with https?');
  if (status === 403)
    return skipped('the webhook refuses this machine, as it should: only the camera’s address may push');
  if (status !== 200) return fail(`the webhook answers ${status}`, 'see the webhook’s log (runbook.md, Webhook fails)');
  const sentMs = clock.now() - begunAt;
  while (clock.now() - begunAt < STORED_WITHIN_MS) {
    if (await find(id)) return ok(`taken after ${sentMs} ms, stored after ${clock.now() - begunAt} ms, marked late`);
    await clock.sleep(LOOK_EVERY_MS);
  }
  return fail(
    `the webhook took it, and after ${STORED_WITHIN_MS / 1000} s it is not stored`,
    'look at the recorder’s log and at the dead-letter queue (runbook.md, Reads set aside)',
  );
}

function pushUrl(apiUrl: string, token: Secret | undefined): string {
  return `${apiUrl}/api/gate/anpr-event/${token === undefined ? '' : encodeURIComponent(token.reveal())}`;
}

async function post(url: string, body: Buffer): Promise<number | null> {
  try {
    const headers = { 'Content-Type': 'application/xml' };
    const signal = AbortSignal.timeout(PUSH_TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body), signal });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

/** `alarmDataType` 1: from the camera's past, so it is stored late (ISAPI.md 4.2). */
function testEvent({ mac }: Camera, now: number): Buffer {
  const lines = [
    '<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">',
    ...(mac === undefined ? [] : [`<macAddress>${mac}</macAddress>`]),
    `<dateTime>${isoInstant(now)}</dateTime><eventType>ANPR</eventType><eventState>active</eventState>`,
    '<eventDescription>a test by doctor</eventDescription>',
    `<ANPR><licensePlate>${TEST_PLATE}</licensePlate><alarmDataType>1</alarmDataType></ANPR>`,
    '</EventNotificationAlert>',
  ];
  return Buffer.from(lines.join('\r\n'));
}
