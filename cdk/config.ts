// The one configuration file of a deployment. What the functions will read at their start is read here first, by the
// same code, so that a mistake stops `cdk synth` and not the gate.
import * as z from 'zod';
import { readCameras } from '../shared/isapi/cameras.ts';
import { Rejected, reasonOf } from '../shared/support/errors.ts';
import { Cameras, type ConfiguredCamera, passwordParameter } from './configured-cameras.ts';

/** What CloudWatch Logs keeps; any other number of days is refused at deployment. */
const LOG_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;
const MAX_DAYS = 3_650;
/** The issuer's name that stands for a user pool made by this deployment. */
export const COGNITO = 'cognito';

/** Lambda gives all settings of a function 4 kB. */
const MAX_ORIGINS_CHARACTERS = 2_000;

const missing = 'is missing';
const OBJECT = 'must be settings in { }';
const days = (byDefault: number) => {
  const error = `must be a number of days, 1 to ${MAX_DAYS}`;
  return z.int(error).min(1, error).max(MAX_DAYS, error).default(byDefault);
};
const Domain = z
  .string(missing)
  .regex(
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
    'must be a domain such as gate.example.com, without https://',
  );
const Origin = z.string().refine(isOrigin, 'must be an origin such as https://app.example.com, without path or slash');
const HttpsUrl = z.url({ protocol: /^https$/, error: 'must be an https URL' });
const CertificateArn = z
  .string(missing)
  .regex(
    /^arn:aws[a-z-]*:acm:[a-z]{2,}(-[a-z]+)+-\d+:\d{12}:certificate\/[A-Za-z0-9-]+$/,
    'must be the ARN of an ACM certificate, arn:aws:acm:<region>:<account>:certificate/<id>',
  );

const Tokens = z
  .strictObject(
    {
      issuer: z
        .string(missing)
        .refine((issuer) => issuer === COGNITO || HttpsUrl.safeParse(issuer).success, {
          error: `must be an https URL, or "${COGNITO}" for a user pool made here`,
        })
        .refine((issuer) => !/[?#]/.test(issuer), { error: 'must not have a query or a fragment: no issuer has' }),
      audience: z.string('must be one audience, as text').min(1, 'is empty').optional(),
      jwksUri: HttpsUrl.optional(),
      rightsClaim: z.string().min(1, 'is empty').optional(),
    },
    `must be settings, {"issuer": "${COGNITO}"} for one`,
  )
  .refine(({ issuer, audience }) => issuer === COGNITO || audience !== undefined, {
    error: 'is missing: whom the tokens of this issuer are for',
    path: ['audience'],
  })
  .refine(({ issuer, audience, jwksUri, rightsClaim }) => issuer !== COGNITO || !(audience || jwksUri || rightsClaim), {
    error: 'excludes audience, jwksUri and rightsClaim: the pool made here sets them',
    path: ['issuer'],
  });

const Retention = z
  .strictObject(
    {
      detectionsDays: days(90),
      picturesDays: days(30),
      logsDays: z.literal(LOG_DAYS, `must be one of ${LOG_DAYS.join(', ')}`).default(90),
    },
    OBJECT,
  )
  .refine(({ detectionsDays, picturesDays }) => picturesDays <= detectionsDays, {
    error: 'must not be longer than detectionsDays: nobody could find the pictures any more',
    path: ['picturesDays'],
  });

const Settings = z.strictObject(
  {
    /** Stacks, parameters and log groups begin with it; two deployments in one account differ by it. */
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{2,30}$/, 'must be 3 to 31 of a-z, 0-9 and -, and begin with a letter')
      .regex(/^(?!aws|ssm)/, 'must not begin with aws or ssm: those names of parameters are kept for AWS itself')
      .default('gate-camera'),
    cameras: Cameras,
    tokens: Tokens,
    origins: z
      .array(Origin, 'must be a list of origins')
      .refine((all) => all.join().length <= MAX_ORIGINS_CHARACTERS, {
        error: `must not be longer than ${MAX_ORIGINS_CHARACTERS} characters together: a function takes no more`,
      })
      .default([]),
    retention: Retention.prefault({}),
    alarmEmail: z.email('must be an e-mail address: somebody must hear the alarms'),
    api: z
      .strictObject(
        {
          domain: Domain,
          certificateArn: CertificateArn,
        },
        OBJECT,
      )
      .optional(),
    video: z.strictObject({ domain: Domain }, OBJECT).optional(),
    bridge: z
      .strictObject(
        {
          instanceType: z
            .string()
            .regex(
              /^[a-z]+\d+g[a-z]*\.(micro|small|medium|large|\d*xlarge|metal)$/,
              'must be an arm64 type such as t4g.small, with 1 GiB of memory at least',
            )
            .default('t4g.small'),
          outboxGibibytes: z
            .int('must be a number of GiB, 1 to 100')
            .min(1, 'must be a number of GiB, 1 to 100')
            .max(100, 'must be a number of GiB, 1 to 100')
            .default(2),
        },
        OBJECT,
      )
      .prefault({}),
    /** What the monthly cost is computed for. */
    expected: z
      .strictObject(
        {
          detectionsPerDay: z.number('must be a number').nonnegative('must not be negative').default(1_000),
          viewerHoursPerDay: z.number('must be a number').nonnegative('must not be negative').default(2),
        },
        OBJECT,
      )
      .prefault({}),
  },
  OBJECT,
);
const Configuration = Settings.refine(({ api, video }) => video === undefined || video.domain !== api?.domain, {
  error: 'is the domain of the API already: one name leads to one of them',
  path: ['video', 'domain'],
});

export type GateConfig = Omit<z.infer<typeof Configuration>, 'cameras'> & { cameras: ConfiguredCamera[] };

/**
 * Reads the file's text; `path` only names it.
 * @throws Rejected `invalid_request`: one sentence a line, each with the path of what is wrong
 */
export function readConfig(text: string, path: string): GateConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text around the mistake.
    throw wrong(path, ['is no valid JSON']);
  }
  const parsed = Configuration.safeParse(json);
  if (!parsed.success) throw wrong(path, parsed.error.issues.map(sentence));
  const { name } = parsed.data;
  const cameras = parsed.data.cameras.map((camera) => ({
    ...camera,
    passwordSecret: camera.passwordSecret ?? passwordParameter(name, camera.id),
  }));
  checkAsFunctionsWill(cameras, path);
  return { ...parsed.data, cameras };
}

/** What one camera's settings cannot show alone, such as two cameras of one id. */
function checkAsFunctionsWill(cameras: readonly ConfiguredCamera[], path: string): void {
  try {
    readCameras({ GATE_CAMERAS: path }, () => JSON.stringify(cameras));
  } catch (thrown) {
    const sentences = reasonOf(thrown).replace('could not read the configuration: ', '').split('\n');
    throw wrong(
      path,
      sentences.map((line) => line.replace(/^GATE_CAMERAS/, 'cameras')),
    );
  }
}

function sentence(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const said =
    issue.code === 'unrecognized_keys'
      ? `has no setting ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
      : issue.message;
  return `${path.replace(/^\./, '') || 'the file'} ${said}`;
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  // Each origin is named whole: API Gateway takes a star, the api itself would not.
  if (url === null || url.origin !== text || text.includes('*')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost');
}

function wrong(path: string, sentences: readonly string[]): Rejected {
  return new Rejected('invalid_request', `could not read the configuration ${path}:\n  ${sentences.join('\n  ')}`);
}
