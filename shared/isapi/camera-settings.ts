// One camera's settings as written in the configuration, with a sentence for each way to get them wrong.
import { isIP } from 'node:net';
import * as z from 'zod';
import { CameraIdSchema } from '../detection/detection.ts';
import { areTooWide, isNetwork, isTooWide, TOO_WIDE } from './push-networks.ts';

const DEFAULT_HTTP_PORT = 80;
const DEFAULT_RTSP_PORT = 554;
const IN_ALL = TOO_WIDE.replace('IPv6)', 'IPv6) in all');

const HOST = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
/** No name ends in a number: that is a mistyped address. */
const ENDS_IN_NUMBER = /(^|\.)\d+$/;
const Host = z
  .string('is missing')
  .refine((host) => isIP(host) !== 0 || (HOST.test(host) && !ENDS_IN_NUMBER.test(host)), {
    error: 'must be an address or host name, without http:// and port',
  });
const Port = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,5}$/)
        .transform(Number),
    ],
    'must be a port, 1 to 65535',
  )
  .refine((port) => port >= 1 && port <= 65_535, { error: 'must be a port, 1 to 65535' });
// The header that carries the user cannot escape these, and HTTP headers are ASCII.
const User = z
  .string('is missing')
  .regex(/^[!#-9;-[\]-~]{1,64}$/, 'must be 1 to 64 ASCII characters without blank, quote, colon or backslash');
/** Also of what a password file holds. */
export const Password = z
  .string('is missing')
  .refine((text) => text.length >= 1 && text.length <= 128, { error: 'must be 1 to 128 characters' })
  .refine((text) => !text.includes('\ufffd'), { error: 'must be UTF-8' })
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
    error: 'must not contain line ends or control characters',
  });
const PARAMETER = 'must be the name of a parameter such as /gate-camera/cameras/gate/password';
/** As Parameter Store takes them: 15 levels at most, none of AWS's own. */
const SecretName = z
  .string(PARAMETER)
  .max(512, PARAMETER)
  .regex(/^(?!\/?(aws|ssm)(\/|$))([A-Za-z0-9_.-]+|(\/[A-Za-z0-9_.-]+){1,15})$/i, PARAMETER);
const PasswordFile = z.string('must be the path of a file').min(1, 'must be the path of a file');
const HomeAfter = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,5}$/)
        .transform(Number),
    ],
    'must be a number of seconds, 10 to 86400',
  )
  .refine((seconds) => seconds >= 10 && seconds <= 86_400, { error: 'must be a number of seconds, 10 to 86400' });
const TimeZone = z.string().refine(isTimeZone, { error: 'must be an IANA time zone such as Asia/Tashkent' });
const PushFrom = z.array(
  z.string().refine(isNetwork, { error: 'must be an address or a network such as 203.0.113.0/24' }),
  'must be a list of addresses',
);
const PushToken = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/, 'must be 16 to 128 of A-Z, a-z, 0-9, _ and -');
const Mac = z.string().regex(/^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$/, 'must be a MAC such as 44:19:b6:00:00:01');
const Stream = z.enum(['on', 'off'], 'must be "on" or "off"');
const Way = z.enum(['in', 'out'], 'must be "in" or "out"');

export const CameraSettings = z
  .strictObject({
    id: CameraIdSchema,
    host: Host,
    httpPort: Port.default(DEFAULT_HTTP_PORT),
    rtspPort: Port.default(DEFAULT_RTSP_PORT),
    user: User,
    password: Password.optional(),
    passwordSecret: SecretName.optional(),
    passwordFile: PasswordFile.optional(),
    allowBasic: z.boolean('must be true or false').default(false),
    stream: Stream.default('on'),
    timeZone: TimeZone.optional(),
    homeAfterSeconds: HomeAfter.optional(),
    pushFrom: PushFrom.default([]),
    pushToken: PushToken.optional(),
    mac: Mac.optional(),
    directions: z.strictObject({ forward: Way, reverse: Way }).optional(),
  })
  .refine((entry) => passwordSources(entry).length === 1, {
    error: 'must be given once: as a value, as the name of a stored secret, or as the path of a file',
    path: ['password'],
    // Beside every other mistake too, or the missing password would come to light one start later.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .superRefine(({ pushFrom, pushToken }, context) => {
    if (pushToken !== undefined) return;
    const refuse = (message: string, path: PropertyKey[]) => context.addIssue({ code: 'custom', message, path });
    for (const [index, entry] of pushFrom.entries()) {
      if (isTooWide(entry)) refuse(TOO_WIDE, ['pushFrom', index]);
    }
    if (!pushFrom.some(isTooWide) && areTooWide(pushFrom.filter(isNetwork))) refuse(IN_ALL, ['pushFrom']);
  });

type Passwords = { [source in 'password' | 'passwordSecret' | 'passwordFile']?: string | undefined };

function passwordSources({ password, passwordSecret, passwordFile }: Passwords): string[] {
  return [password, passwordSecret, passwordFile].filter((source) => source !== undefined);
}

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}
