// The doctor at a simulated camera, all in this process; each visit is one run of it, with its own client and guard.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../shared/isapi/cameras.ts';
import { systemClock as clock } from '../../shared/support/clock.ts';
import { silentLog as log } from '../../shared/support/log.ts';
import { type SimulatedCamera, startCamera } from '../../test/camera/camera.ts';
import type { CameraOptions } from '../../test/camera/camera-options.ts';
import { readDoctorConfig } from './config.ts';
import { type DoctorDocument, doctorDocument } from './doctor-document.ts';
import { checksOf } from './examine.ts';
import type { CheckName, Finding } from './finding.ts';
import { openDoctor } from './open-doctor.ts';
import { runChecks } from './run-checks.ts';

/** Ten of these cameras' heartbeats. */
const HEARTBEAT_WAIT_MS = 500;

export type Practice = {
  camera: SimulatedCamera;
  folder: string;
  environment: Environment;
  /** One run; `over` changes settings for it. */
  visit(over?: Environment): Promise<DoctorDocument>;
  /** The same camera as GATE_CAMERAS would name it, with more settings. */
  namedWith(settings: object): Environment;
  /** The camera as the doctor opens it, for what only a person asks it to do. */
  open(over?: Environment): ReturnType<typeof openDoctor>;
  close(): Promise<void>;
};

export async function openPractice(options: CameraOptions = {}): Promise<Practice> {
  const folder = await mkdtemp(join(tmpdir(), 'gate-doctor-'));
  const camera = await startCamera({ heartbeatMs: 50, pictures: { drawn: 'none' }, ...options });
  const environment: Environment = {
    GATE_CAMERA_IP: camera.host,
    GATE_CAMERA_PORT: String(camera.port),
    GATE_CAMERA_RTSP_PORT: String(camera.rtspPort),
    GATE_CAMERA_USER: camera.user,
    GATE_CAMERA_PASS: camera.password,
    GATE_STATE_FOLDER: join(folder, 'state'),
    // No bridge: nothing may answer for it.
    GATE_STATE_PORT: '0',
  };
  // The text of the file is what the variable says here: no file is needed to name a camera.
  const configOf = (over: Environment) => readDoctorConfig({ ...environment, ...over }, (path) => path);

  async function visit(over: Environment = {}): Promise<DoctorDocument> {
    const config = configOf(over);
    const opened = openDoctor(config, { clock, log });
    const checks = checksOf({
      config,
      opened,
      token: null,
      sendsTestRead: false,
      path: undefined,
      heartbeatWaitMs: HEARTBEAT_WAIT_MS,
      // What comes is for checks/video.test.ts: a camera's next key frame is up to a second away.
      watchMs: 0,
      clock,
      log,
    });
    const { signal } = new AbortController();
    const findings = await runChecks(checks, { clock, signal, onFinding: () => {}, onSlow: () => {} });
    return doctorDocument(findings, clock);
  }

  return {
    camera,
    folder,
    environment,
    visit,
    namedWith: (settings) => {
      const { host, port: httpPort, rtspPort, user, password } = camera;
      const entry = { id: 'gate', host, httpPort, rtspPort, user, password, ...settings };
      return { GATE_CAMERA_IP: undefined, GATE_CAMERAS: JSON.stringify([entry]) };
    },
    open: (over = {}) => openDoctor(configOf(over), { clock, log }),
    async close() {
      await camera.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function findingOf({ findings }: DoctorDocument, check: CheckName): Finding {
  const found = findings.find((finding) => finding.check === check);
  if (!found) throw new Error(`there is no finding about ${check}`);
  return found;
}
