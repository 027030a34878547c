/** How a camera fails those who want to see. All hold from now on, for sessions that are playing too. */
export type RtspFault =
  /** Every login is refused, and counted as a bad one. */
  | { name: 'unauthorized' }
  /** 404: the channel is switched off. */
  | { name: 'not-found' }
  /** 503: it has as many viewers as it can serve. */
  | { name: 'busy' }
  /** Takes connections and requests and never answers; what plays plays on. */
  | { name: 'silent' }
  /** Everything is answered, and no picture comes. */
  | { name: 'no-frames' }
  /** Each connection ends after so many pictures. */
  | { name: 'cut'; afterFrames: number }
  | { name: 'slow-describe'; ms: number }
  /** Describes H.265, and sends nothing. */
  | { name: 'h265' }
  /** A short clip with pictures sent in another order than shown. */
  | { name: 'b-frames' }
  | { name: 'no-packetization-mode' }
  /** As with the cable pulled: nobody gets in, and who is in is thrown out. */
  | { name: 'refuse-connection' };

/** For a command line: by name, with the numbers that most want. */
export const RTSP_FAULTS = {
  unauthorized: { name: 'unauthorized' },
  'not-found': { name: 'not-found' },
  busy: { name: 'busy' },
  silent: { name: 'silent' },
  'no-frames': { name: 'no-frames' },
  cut: { name: 'cut', afterFrames: 100 },
  'slow-describe': { name: 'slow-describe', ms: 3_000 },
  h265: { name: 'h265' },
  'b-frames': { name: 'b-frames' },
  'no-packetization-mode': { name: 'no-packetization-mode' },
  'refuse-connection': { name: 'refuse-connection' },
} satisfies { [name in RtspFault['name']]: RtspFault & { name: name } };
export type RtspFaultName = keyof typeof RTSP_FAULTS;
