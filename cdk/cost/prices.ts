// us-east-1 list prices in USD, read in 2026 (aws.md 8); other regions differ by up to a third.
export const PRICES = {
  hours: 730,
  daysPerMonth: 30.4,
  /** By type; what is not listed is counted as the smallest here, and said. */
  instancePerHour: {
    't4g.nano': 0.0042,
    't4g.micro': 0.0084,
    't4g.small': 0.0168,
    't4g.medium': 0.0336,
    't4g.large': 0.0672,
  } as Readonly<Record<string, number>>,
  publicAddressPerHour: 0.005,
  volumePerGibibyteMonth: 0.08,
  egressPerGigabyte: 0.09,
  httpRequest: 1.0e-6,
  httpRequestBytes: 512 * 1024,
  lambdaRequest: 0.2e-6,
  lambdaGibibyteSecond: 0.0000133334,
  sqsRequest: 0.4e-6,
  /** Of one idle event source mapping: five pollers, one long poll of 20 s after the other. */
  sqsIdlePollsPerMonth: 648_000,
  tableWriteUnit: 0.625e-6,
  tableGigabyteMonth: 0.25,
  tableBackupGigabyteMonth: 0.2,
  putObject: 0.005e-3,
  storageGigabyteMonth: 0.023,
  logGigabyte: 0.5,
  alarmMonth: 0.1,
  metricMonth: 0.3,
  dashboardMonth: 3,
  keyMonth: 1,
} as const;
