/** The invented camera: model of the site, everything else made up (documentation addresses, zeroed serial). */
export const IDENTITY = {
  model: 'DS-2CD4A26FWD-IZS/P',
  serial: 'DS-2CD4A26FWD-IZS/P20170830AAWR000000000',
  ipAddress: '192.0.2.64',
  macAddress: 'c0:56:e3:00:00:64',
  channelName: 'Gate 1',
} as const;
