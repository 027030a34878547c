// What a month costs, from the numbers of the stacks themselves and what the configuration expects of the gate.
import { PRICES } from './prices.ts';

/** A plate crop and a scene (aws.md 8). */
const PICTURES_PER_READ = 2;
const PICTURE_MEGABYTES_PER_READ = 0.32;
const PUSH_KIBIBYTES = 350;
const ROW_KILOBYTES = 2;
const LOG_KILOBYTES_PER_READ = 3.5;
/** A read arrives at once and again with its pictures; each is one message, sent, received and deleted. */
const MESSAGES_PER_READ = 2;
const SQS_REQUESTS_PER_MESSAGE = 3;
const RECORDER_SECONDS_PER_MESSAGE = 0.05;
const WEBHOOK_SECONDS_PER_PUSH = 0.25;
/** The row and its plate's place in the directory; the second message writes the row again. */
const ROW_WRITES_PER_READ = 3;
/** WebRTC of the sub stream, 2 Mbit/s. */
const VIDEO_GIGABYTES_PER_HOUR = 0.9;
const MEGABYTES_PER_GIGABYTE = 1_000;
const KILOBYTES_PER_GIGABYTE = 1_000_000;

/** What the stacks deploy. */
export type Deployed = {
  cameras: number;
  instanceType: string;
  volumeGibibytes: number;
  indexes: number;
  alarms: number;
  customMetrics: number;
  recorderMebibytes: number;
  webhookMebibytes: number;
  detectionsDays: number;
  picturesDays: number;
};
/** Of one camera. */
export type Expected = { detectionsPerDay: number; viewerHoursPerDay: number };

/** USD a month: `fixed` for the deployment, `perGate` for each camera's traffic, both by what they pay for. */
export type MonthlyCost = { fixed: Record<string, number>; perGate: Record<string, number>; each: number };

/** Throws nothing; an instance type without a known price counts as zero, and `line` says so. */
export function monthlyCost(deployed: Deployed, expected: Expected): MonthlyCost {
  const fixed = {
    machine: (PRICES.instancePerHour[deployed.instanceType] ?? 0) * PRICES.hours,
    address: PRICES.publicAddressPerHour * PRICES.hours,
    disks: deployed.volumeGibibytes * PRICES.volumePerGibibyteMonth,
    alarms: deployed.alarms * PRICES.alarmMonth,
    metrics: deployed.customMetrics * PRICES.metricMonth,
    dashboard: PRICES.dashboardMonth,
    passwordKey: PRICES.keyMonth,
    idleQueue: PRICES.sqsIdlePollsPerMonth * PRICES.sqsRequest,
  };
  const reads = expected.detectionsPerDay * PRICES.daysPerMonth;
  const messages = reads * MESSAGES_PER_READ;
  const gibibyteSeconds =
    (messages * RECORDER_SECONDS_PER_MESSAGE * deployed.recorderMebibytes +
      reads * WEBHOOK_SECONDS_PER_PUSH * deployed.webhookMebibytes) /
    1024;
  const rows = expected.detectionsPerDay * deployed.detectionsDays * (ROW_KILOBYTES / KILOBYTES_PER_GIGABYTE);
  const pictures =
    expected.detectionsPerDay * deployed.picturesDays * (PICTURE_MEGABYTES_PER_READ / MEGABYTES_PER_GIGABYTE);
  const perGate = {
    api: reads * Math.ceil((PUSH_KIBIBYTES * 1024) / PRICES.httpRequestBytes) * PRICES.httpRequest,
    functions: (messages + reads) * PRICES.lambdaRequest + gibibyteSeconds * PRICES.lambdaGibibyteSecond,
    queue: messages * SQS_REQUESTS_PER_MESSAGE * PRICES.sqsRequest,
    tableWrites: reads * (ROW_WRITES_PER_READ + deployed.indexes) * PRICES.tableWriteUnit,
    rows: rows * (PRICES.tableGigabyteMonth + PRICES.tableBackupGigabyteMonth),
    pictureWrites: reads * PICTURES_PER_READ * PRICES.putObject,
    pictures: pictures * PRICES.storageGigabyteMonth,
    logs: reads * (LOG_KILOBYTES_PER_READ / KILOBYTES_PER_GIGABYTE) * PRICES.logGigabyte,
    video: expected.viewerHoursPerDay * PRICES.daysPerMonth * VIDEO_GIGABYTES_PER_HOUR * PRICES.egressPerGigabyte,
  };
  return { fixed, perGate, each: sum(fixed) / deployed.cameras + sum(perGate) };
}

/** One line for people: the sum a gate, and its largest parts. */
export function costLine(deployed: Deployed, expected: Expected): string {
  const { fixed, perGate, each } = monthlyCost(deployed, expected);
  const shared = Object.entries(fixed).map(([name, dollars]): [string, number] => [name, dollars / deployed.cameras]);
  const parts = [...shared, ...Object.entries(perGate)]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, LARGEST)
    .map(([name, dollars]) => `${name} ${dollars.toFixed(2)}`);
  const unknown =
    deployed.instanceType in PRICES.instancePerHour
      ? ''
      : `, without the ${deployed.instanceType}, whose price is not known here`;
  return (
    `about USD ${each.toFixed(2)} a month and gate at ${expected.detectionsPerDay} reads and ` +
    `${expected.viewerHoursPerDay} hours of watching a day (${parts.join(', ')})${unknown}; us-east-1 list prices of 2026`
  );
}

const LARGEST = 5;
const sum = (parts: Record<string, number>) => Object.values(parts).reduce((total, part) => total + part, 0);
