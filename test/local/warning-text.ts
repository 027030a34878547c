// One warning of a process as a person reads it; a shut guard with what can be done about it.
import { type ShutReason, ShutReasonSchema } from '../../shared/isapi/guard/row.ts';
import type { LogLine } from './started-process.ts';

const SHUT = new Set(['guard.shut', 'guard.probe_refused']);
const WHY: Record<ShutReason, string> = {
  bad_login: 'the camera refused the login',
  locked_by_camera: 'the camera has locked the account',
  lost_attempt: 'nobody knows how a login ended, so it counts as refused',
};

/** Where the API is, and the file of a token that may rearm. */
export type Place = { url: string; tokenFile: string };

export function warningText(line: LogLine, place: Place): string {
  const { event, camera, stream, reason, note } = line;
  const whose = camera ?? stream;
  const said = SHUT.has(event) ? shutText(line, place) : (reason ?? note);
  return `${event}${whose ? ` (${String(whose)})` : ''}${said ? `: ${String(said)}` : ''}`;
}

function shutText({ camera, why, probeAt }: LogLine, { url, tokenFile }: Place): string {
  const parsed = ShutReasonSchema.safeParse(why);
  const again =
    typeof probeAt === 'string' ? `asks once more at ${new Date(probeAt).toLocaleTimeString()}` : 'never again';
  const rearm = `curl -X POST -H "Authorization: Bearer $(cat ${tokenFile})" ${url}/api/gate/cameras/${String(camera)}/rearm`;
  return `${parsed.success ? WHY[parsed.data] : String(why)}; the bridge by itself ${again}. Start again with the right password, or where it is right: ${rearm}`;
}
