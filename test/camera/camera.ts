// A simulated Hikvision ANPR camera on loopback: an ISAPI device that a client cannot tell from the model (ISAPI.md 11).
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { heartbeat } from './alerts/alert.ts';
import { DATE_TIME_SHAPES, wallClock } from './alerts/camera-time.ts';
import { FIRMWARES } from './alerts/firmware.ts';
import { passageAlert, type ReplayMark } from './alerts/passage-alert.ts';
import { createAuthenticator, type LoginCounts } from './auth/authenticator.ts';
import { type CameraClock, type CameraOptions, type Faults, NO_FAULTS, withDefaults } from './camera-options.ts';
import { createFront, type RequestRecord } from './http-front.ts';
import { createLane } from './lane.ts';
import { createLens, type SimulatedLens } from './lens/lens.ts';
import type { LedgerEntry, Passage, PushResult } from './passage.ts';
import { push } from './push/push.ts';
import { PUSH_FORMS, type PushForm } from './push/push-forms.ts';
import { randomFrom } from './random.ts';
import { createNotificationHosts } from './resources/notification-hosts.ts';
import { openRtsp, type SimulatedVideo } from './rtsp/rtsp-front.ts';
import { createAlertStream } from './stream/alert-stream.ts';
import { EVENT_FAULTS } from './stream/event-faults.ts';
import { type Framing, type FramingName, frame, framingOf, type Part } from './stream/framing.ts';
import { JUNK, type JunkName } from './stream/junk.ts';

export type SimulatedCamera = {
  readonly host: string;
  readonly port: number;
  /** `http://host:port`, without credentials. */
  readonly url: string;
  readonly rtspPort: number;
  /** `rtsp://host:port`, without credentials; the streams are below it (ISAPI.md 10.4). */
  readonly rtspUrl: string;
  readonly user: string;
  readonly password: string;
  /** Every passage in the order it happened, reported or not. */
  readonly ledger: readonly LedgerEntry[];
  readonly requests: readonly RequestRecord[];
  readonly logins: Readonly<LoginCounts>;
  readonly lens: SimulatedLens;
  readonly video: SimulatedVideo;
  /** Alert streams open now. */
  readonly streams: number;
  /** TCP connections ever taken. */
  readonly connects: number;
  /** A vehicle passes now; resolves when the webhook, if there is one, has answered. Streams are written at once. */
  drive(changes?: Partial<Passage>): Promise<LedgerEntry>;
  /** Reports a passage of the ledger again, live or marked as a replay. */
  report(entry: LedgerEntry, replay: ReplayMark): Promise<void>;
  beat(): void;
  /** Raw bytes on all streams. */
  emit(bytes: Buffer): void;
  inject(junk: JunkName): void;
  setPassword(password: string): void;
  /** Faults that are not named end. */
  setFaults(faults: Partial<Faults>): void;
  setFraming(framing: FramingName | Partial<Framing>): void;
  setClock(changes: Partial<CameraClock>): void;
  /** The webhook that it pushes to from now on, http only; null ends that. */
  setPush(to: string | null, form?: PushForm): void;
  /** Every nonce grows old at once. */
  forgetNonces(): void;
  /** Ends all streams and video (RST), and forgets nonces, locks and remembered plates; V5.4.5 its webhook too. */
  reboot(): void;
  /** FIN. */
  cutStreams(): void;
  /** RST. */
  resetStreams(): void;
  /** The sockets stay open and nothing comes any more. */
  freezeStreams(): void;
  close(): Promise<void>;
};

const HOST = '127.0.0.1';

/** Rejects when a port is taken. */
export async function startCamera(options: CameraOptions = {}): Promise<SimulatedCamera> {
  const settings = withDefaults(options);
  const { clock, firmware, namespace } = settings;
  let { faults, cameraClock, password, pushForm } = settings;
  let framing = framingOf(settings.framing);
  let activePostCount = 0;
  const requests: RequestRecord[] = [];

  const now = () => clock.now() + cameraClock.offsetMs;
  const authenticator = createAuthenticator(settings, settings.auth, () => clock.now());
  const lane = createLane({ ...settings, now, cameraClock: () => cameraClock, random: randomFrom(clock.now()) });
  const notificationHosts = createNotificationHosts(settings.notificationHosts);
  const lens = createLens(() => clock.now());
  const stream = createAlertStream({
    framing: () => framing,
    connectFault: () => faults.connect,
    now: () => clock.now(),
  });
  const device = {
    firmware,
    plates: settings.plates,
    notificationHosts,
    now,
    zoneMinutes: () => cameraClock.zoneMinutes,
    timeMode: () => cameraClock.mode,
    anpr: settings.anpr,
    memory: () => lane.memory,
    snapshotForm: () => faults.snapshot,
    snapshot: lane.snapshot,
    lens,
    lensOptions: settings.lens,
    lensFaults: () => faults.lens,
  };
  const server = createFront({
    authenticator,
    device,
    stream,
    requests,
    awayMs: settings.awayMs,
    now: () => clock.now(),
  });
  const door = countSockets(server);
  const port = await listen(server, settings.port);
  const video = await openRtsp({
    host: HOST,
    port: settings.rtspPort,
    authenticator,
    awayMs: settings.awayMs,
    now: () => clock.now(),
    fault: faults.rtsp,
  }).catch(async (error: unknown) => {
    await door.close();
    throw error;
  });

  async function report(entry: LedgerEntry, replay: ReplayMark): Promise<void> {
    activePostCount += 1;
    const head = { namespace, port, activePostCount };
    const lines = passageAlert({ entry, head, zoneMinutes: cameraClock.zoneMinutes, firmware, replay });
    const pictures = FIRMWARES[firmware].alert === 'ANPR' ? entry.pictures : [];
    const parts: Part[] = [{ alert: lines }, ...pictures.map((picture) => ({ picture }))];
    const damage = faults.event === null ? null : EVENT_FAULTS[faults.event](parts, framing);
    const streams = stream.send(damage?.bytes ?? frame(parts, framing), damage?.ending);
    const reported: { streams: number; push: PushResult | null } = { streams, push: null };
    entry.reports.push(reported);
    const pushTo = notificationHosts.pushTo();
    if (pushTo !== null) reported.push = await push(pushTo, PUSH_FORMS[pushForm](lines, pictures));
  }

  async function drive(changes: Partial<Passage> = {}): Promise<LedgerEntry> {
    const entry = lane.pass(changes);
    await report(entry, 'live');
    return entry;
  }

  function beat(): void {
    const dateTime = DATE_TIME_SHAPES[cameraClock.dateTime](wallClock(now(), cameraClock.zoneMinutes));
    stream.send(frame([{ alert: heartbeat({ namespace, port, dateTime }) }], framing));
  }

  function reboot(): void {
    stream.end('rst');
    video.cut();
    authenticator.forgetNonces();
    authenticator.clearLock();
    lane.forget();
    if (firmware === 'v5.4.5') notificationHosts.forget();
  }

  const pulse = settings.heartbeatMs === false ? undefined : setInterval(beat, settings.heartbeatMs);

  return {
    host: HOST,
    port,
    url: `http://${HOST}:${port}`,
    rtspPort: video.port,
    rtspUrl: `rtsp://${HOST}:${video.port}`,
    user: settings.user,
    ledger: lane.ledger,
    requests,
    logins: authenticator.logins,
    lens,
    video,
    get password() {
      return password;
    },
    get streams() {
      return stream.open;
    },
    get connects() {
      return door.connects();
    },
    drive,
    report,
    beat,
    reboot,
    emit: (bytes) => void stream.send(bytes),
    inject: (junk) => void stream.send(JUNK[junk](framing)),
    setPassword(changed) {
      password = changed;
      authenticator.setPassword(changed);
    },
    setFaults(changes) {
      faults = { ...NO_FAULTS, ...changes };
      video.setFault(faults.rtsp);
    },
    setFraming(changes) {
      framing = framingOf(changes);
    },
    setClock(changes) {
      cameraClock = { ...cameraClock, ...changes };
    },
    setPush(to, form = pushForm) {
      notificationHosts.setPush(to === null ? null : new URL(to));
      pushForm = form;
    },
    forgetNonces: () => authenticator.forgetNonces(),
    cutStreams: () => stream.end('fin'),
    resetStreams: () => stream.end('rst'),
    freezeStreams: () => stream.end('silence'),
    close: async () => {
      clearInterval(pulse);
      lens.close();
      await Promise.all([door.close(), video.close()]);
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, HOST);
  await once(server, 'listening');
  const address = server.address();
  // Only a server on a Unix socket has another kind of address.
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Counts connections, and remembers them: streams have left the server, so that it cannot close them itself. */
function countSockets(server: Server): { connects(): number; close(): Promise<void> } {
  const sockets = new Set<Socket>();
  let connects = 0;
  server.on('connection', (socket: Socket) => {
    connects += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    connects: () => connects,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
