// The command line of doctor.
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { type CameraId, CameraIdSchema } from '../../shared/detection/detection.ts';
import { Rejected, reasonOf } from '../../shared/support/errors.ts';

/** Nothing keeps the RTSP session alive meanwhile, and a server ends it after 60 s (RFC 2326, 12.37). */
const MAX_WATCH_SECONDS = 50;

export const HELP = `npm run doctor [-- options]        on the VM: node doctor.mjs [options], with the bridge's settings

Looks at everything from the configuration to the alarms, in the order in which things can be wrong, and says what to
change. It logs in to the camera once: a refused login is never followed by a second.

  --camera <id>        only this one of several
  --token <file>       an operator's token: a real offer for live video, and the API instead of the table
  --send-test-read     one marked read through the webhook, and how it comes out in the table
  --watch <seconds>    how long each video stream is played to count its pictures; default 6, at most ${MAX_WATCH_SECONDS}; 0 plays none
  --json               exactly one document on standard output, whatever happens; all else on standard error
  --bundle <file>      also writes a support bundle, without passwords, tokens, plates and addresses
    --logs <file>        the end of this log goes into it
    --with-addresses     addresses stay in it
  --set-up-webhook     writes our webhook into a free slot of the camera, after showing it and asking; looks at nothing else
    --webhook-url <url>  where to; otherwise GATE_API_URL and the camera's push token
    --slot <n>           this slot, even when it is somebody else's
    --folder <path>      where the slot as it was is kept; default .
    --yes                does not ask
  --restore <file>     puts a slot back as --set-up-webhook found it; --yes does not ask
  --help               this text and nothing else, beside --json too

Exit code: 0 well (or with a warning), 1 something fails, 2 the configuration cannot be read, 64 the command line cannot
be obeyed, 130 interrupted.
`;

export type Arguments = {
  help: boolean;
  camera: CameraId | null;
  token: string | null;
  sendsTestRead: boolean;
  watchMs: number;
  json: boolean;
  bundle: { file: string; logs: string | null; withAddresses: boolean } | null;
  setUpWebhook: { url: string | null; slot: string | null; folder: string; yes: boolean } | null;
  restore: { file: string; yes: boolean } | null;
};

/** The command line cannot be obeyed; the message says why in words for whoever typed it. */
export class WrongUsage extends Rejected {
  constructor(message: string, options?: { cause?: unknown }) {
    super('invalid_request', message, options);
  }
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
/** A camera that cuts its viewers off does so within a few seconds. */
const WATCH_SECONDS = '6';
const Seconds = z
  .string()
  .regex(/^\d{1,2}$/)
  .transform(Number)
  .refine((seconds) => seconds <= MAX_WATCH_SECONDS);
const Slot = z.string().regex(/^[1-9]\d?$/);

type Option = keyof Values;
/** Each means something only beside one of those it needs. */
const DEPENDENT: readonly { option: Option; needs: readonly Option[] }[] = [
  { option: 'logs', needs: ['bundle'] },
  { option: 'with-addresses', needs: ['bundle'] },
  { option: 'webhook-url', needs: ['set-up-webhook'] },
  { option: 'slot', needs: ['set-up-webhook'] },
  { option: 'folder', needs: ['set-up-webhook'] },
  { option: 'yes', needs: ['set-up-webhook', 'restore'] },
];
/** A slot is written, or the gate is looked at: what belongs to the one would be left out silently in the other. */
const WRITING: readonly Option[] = ['set-up-webhook', 'restore'];
const LOOKING: readonly Option[] = ['token', 'send-test-read', 'watch', 'bundle'];

/** Before anything is parsed: a command line that cannot be, is told of in the form that was asked for. */
export function wantsJson(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--json' || arg.startsWith('--json='));
}

/** @throws WrongUsage */
export function readArguments(args: readonly string[]): Arguments {
  const values = parsed(args);
  const camera = values.camera === undefined ? null : CameraIdSchema.safeParse(values.camera);
  if (camera?.success === false) throw refused('--camera is no camera id');
  if (values.slot !== undefined && !Slot.safeParse(values.slot).success) throw refused('--slot is no number');
  const watch = Seconds.safeParse(values.watch ?? WATCH_SECONDS);
  if (!watch.success) throw refused(`--watch is no number of seconds from 0 to ${MAX_WATCH_SECONDS}`);
  refuseContradictions(values);
  const yes = values.yes ?? false;
  return {
    help: values.help ?? false,
    camera: camera?.data ?? null,
    token: values.token ?? null,
    sendsTestRead: values['send-test-read'] ?? false,
    watchMs: watch.data * 1000,
    json: values.json ?? false,
    bundle:
      values.bundle === undefined
        ? null
        : { file: values.bundle, logs: values.logs ?? null, withAddresses: values['with-addresses'] ?? false },
    setUpWebhook: values['set-up-webhook']
      ? { url: values['webhook-url'] ?? null, slot: values.slot ?? null, folder: values.folder ?? '.', yes }
      : null,
    restore: values.restore === undefined ? null : { file: values.restore, yes },
  };
}

type Values = ReturnType<typeof parsed>;

function refuseContradictions(values: Values): void {
  const isGiven = (option: Option) => values[option] !== undefined;
  const [writing, other] = WRITING.filter(isGiven);
  if (writing && other) throw refused(`--${writing} and --${other} exclude each other`);
  const looking = LOOKING.find(isGiven);
  if (writing && looking) throw refused(`--${writing} looks at nothing else: leave --${looking} out`);
  for (const { option, needs } of DEPENDENT.filter((each) => isGiven(each.option))) {
    if (needs.some(isGiven)) continue;
    throw refused(`--${option} means something only with ${needs.map((needed) => `--${needed}`).join(' or ')}`);
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: flag,
        camera: text,
        token: text,
        'send-test-read': flag,
        watch: text,
        json: flag,
        bundle: text,
        logs: text,
        'with-addresses': flag,
        'set-up-webhook': flag,
        'webhook-url': text,
        slot: text,
        folder: text,
        yes: flag,
        restore: text,
      },
    }).values;
  } catch (cause) {
    throw refused(reasonOf(cause), cause);
  }
}

function refused(why: string, cause?: unknown): WrongUsage {
  return new WrongUsage(`could not read the command line: ${why}`, { cause });
}
