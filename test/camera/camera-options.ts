import type { DateTimeShape } from './alerts/camera-time.ts';
import { FIRMWARES, type FirmwareName } from './alerts/firmware.ts';
import type { XmlNamespace } from './alerts/xml.ts';
import { type AuthOptions, DEFAULT_AUTH } from './auth/auth-options.ts';
import { DEFAULT_LENS, type LensFault, type LensOptions } from './lens/lens-options.ts';
import { DEFAULT_PICTURES, type PictureOptions } from './pictures/passage-pictures.ts';
import type { PushForm } from './push/push-forms.ts';
import type { AnprLinkage, SnapshotForm } from './resources/device.ts';
import { DEFAULT_NOTIFICATION_HOSTS, type NotificationHostsOptions } from './resources/notification-hosts.ts';
import { DEFAULT_PLATES, type PlatesOptions } from './resources/plates.ts';
import type { RtspFault } from './rtsp/rtsp-fault.ts';
import type { ConnectFault } from './stream/connect-faults.ts';
import type { EventFault } from './stream/event-faults.ts';
import type { Framing, FramingName } from './stream/framing.ts';

/** The camera's clock: how far from the truth, in which zone, how it writes the time, and who sets it. */
export type CameraClock = {
  offsetMs: number;
  zoneMinutes: number;
  dateTime: DateTimeShape;
  mode: 'NTP' | 'manual';
};

export type Faults = {
  /** What a client meets that asks for the alert stream. */
  connect: ConnectFault | null;
  /** What happens to the event of every vehicle that passes. */
  event: EventFault | null;
  /** What comes in place of a snapshot. */
  snapshot: SnapshotForm;
  /** What lens commands meet. */
  lens: readonly LensFault[];
  /** What those meet who want to see. */
  rtsp: RtspFault | null;
};

/** All of it may be left out; then it is a healthy V5.7 camera on free ports of 127.0.0.1. */
export type CameraOptions = {
  port?: number;
  rtspPort?: number;
  user?: string;
  password?: string;
  clock?: { now(): number };
  auth?: Partial<AuthOptions>;
  firmware?: FirmwareName;
  /** The namespace of alerts, where it shall differ from the firmware's own. */
  namespace?: XmlNamespace;
  cameraClock?: Partial<CameraClock>;
  framing?: FramingName | Partial<Framing>;
  faults?: Partial<Faults>;
  /** `false`: only `beat()` makes the heart beat. */
  heartbeatMs?: number | false;
  plates?: Partial<PlatesOptions>;
  lens?: Partial<LensOptions>;
  /** Every request waits so long for its answer, as over a line of that round trip. */
  awayMs?: number;
  pictures?: Partial<PictureOptions>;
  anpr?: AnprLinkage;
  notificationHosts?: Partial<NotificationHostsOptions>;
  /** The webhook in the first slot, http only; without it the camera pushes nothing. */
  pushTo?: string;
  pushForm?: PushForm;
};

const HEARTBEAT_MS = 10_000;
/** Tashkent, all year round. */
const ZONE_MINUTES = 300;

const RIGHT_CLOCK: CameraClock = { offsetMs: 0, zoneMinutes: ZONE_MINUTES, dateTime: 'offset', mode: 'NTP' };
export const NO_FAULTS: Faults = { connect: null, event: null, snapshot: 'picture', lens: [], rtsp: null };

/** The options with every gap filled. */
export function withDefaults(options: CameraOptions) {
  const firmware = options.firmware ?? 'v5.7';
  return {
    port: options.port ?? 0,
    rtspPort: options.rtspPort ?? 0,
    user: options.user ?? 'operator',
    password: options.password ?? 'simulated-Pass1',
    clock: options.clock ?? { now: () => Date.now() },
    auth: { ...DEFAULT_AUTH, ...options.auth },
    firmware,
    namespace: options.namespace ?? FIRMWARES[firmware].namespace,
    cameraClock: { ...RIGHT_CLOCK, ...options.cameraClock },
    framing: options.framing ?? 'counted-crlf',
    faults: { ...NO_FAULTS, ...options.faults },
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    plates: { ...DEFAULT_PLATES, ...options.plates },
    lens: { ...DEFAULT_LENS, ...options.lens },
    awayMs: options.awayMs ?? 0,
    pictures: { ...DEFAULT_PICTURES, ...options.pictures },
    anpr: options.anpr ?? 'center',
    notificationHosts: {
      ...DEFAULT_NOTIFICATION_HOSTS,
      ...(options.pushTo !== undefined && { slots: [options.pushTo] }),
      ...options.notificationHosts,
    },
    pushForm: options.pushForm ?? 'anpr.xml',
  };
}
export type CameraSettings = ReturnType<typeof withDefaults>;
