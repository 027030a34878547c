// The command line of doctor.
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { type CameraId, CameraIdSchema } from '../../shared/detection/detection.ts';
import { Rejected, reasonOf } from '../../shared/support/errors.ts';

export const HELP = `npm run doctor [-- options]        on the VM: node doctor.mjs [options], with the bridge's settings

Looks at everything from the configuration to the alarms, in the order in which things can be wrong, and says what to
change. It logs in to the camera once: a refused login is never followed by a second.

  --camera <id>        only this one of several
  --token <file>       an operator's token: a real offer for live video, and the API instead of the table
  --send-test-read     one marked read through the webhook, and how it comes out in the table
  --json               one document on standard output
  --bundle <file>      also writes a support bundle, without passwords, tokens, plates and addresses
    --logs <file>        the end of this log goes into it
    --with-addresses     addresses stay in it
  --set-up-webhook     writes our webhook into a free slot of the camera, after showing it and asking
    --webhook-url <url>  where to; otherwise GATE_API_URL and the camera's push token
    --slot <n>           this slot, even when it is somebody else's
    --folder <path>      where the slot as it was is kept; default .
    --yes                does not ask
  --restore <file>     puts a slot back as --set-up-webhook found it
  --help

Exit code: 0 well (or with a warning), 1 something fails, 2 the configuration cannot be read.
`;

export type Arguments = {
  help: boolean;
  camera: CameraId | null;
  token: string | null;
  sendsTestRead: boolean;
  json: boolean;
  bundle: { file: string; logs: string | null; withAddresses: boolean } | null;
  setUpWebhook: { url: string | null; slot: string | null; folder: string; yes: boolean } | null;
  restore: { file: string; yes: boolean } | null;
};

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const Slot = z.string().regex(/^[1-9]\d?$/);

/** @throws Rejected `invalid_request` */
export function readArguments(args: readonly string[]): Arguments {
  const values = parsed(args);
  const camera = values.camera === undefined ? null : CameraIdSchema.safeParse(values.camera);
  if (camera?.success === false) throw refused('--camera is no camera id');
  if (values.slot !== undefined && !Slot.safeParse(values.slot).success) throw refused('--slot is no number');
  if (values['set-up-webhook'] && values.restore !== undefined) {
    throw refused('--set-up-webhook and --restore exclude each other');
  }
  const yes = values.yes;
  return {
    help: values.help,
    camera: camera?.data ?? null,
    token: values.token ?? null,
    sendsTestRead: values['send-test-read'],
    json: values.json,
    bundle:
      values.bundle === undefined
        ? null
        : { file: values.bundle, logs: values.logs ?? null, withAddresses: values['with-addresses'] },
    setUpWebhook: values['set-up-webhook']
      ? { url: values['webhook-url'] ?? null, slot: values.slot ?? null, folder: values.folder, yes }
      : null,
    restore: values.restore === undefined ? null : { file: values.restore, yes },
  };
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
        json: flag,
        bundle: text,
        logs: text,
        'with-addresses': flag,
        'set-up-webhook': flag,
        'webhook-url': text,
        slot: text,
        folder: { type: 'string', default: '.' },
        yes: flag,
        restore: text,
      },
    }).values;
  } catch (cause) {
    throw refused(reasonOf(cause));
  }
}

function refused(why: string): Rejected {
  return new Rejected('invalid_request', `could not read the command line: ${why}`);
}
