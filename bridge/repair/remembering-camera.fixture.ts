// A camera's memory of plates without a network, for the tests of the repair.
import { setImmediate as turn } from 'node:timers/promises';
import { CameraIdSchema, type Detection } from '../../shared/detection/detection.ts';
import { detectionFromPlate } from '../../shared/detection/from-plate.ts';
import { errorIn } from '../../shared/isapi/answer.ts';
import type { CameraClient } from '../../shared/isapi/client.ts';
import { PLATES_PATH } from '../../shared/isapi/plates/ask-plates.ts';
import { readPlates } from '../../shared/isapi/plates/read-plates.ts';
import type { DrivenClock } from '../../shared/support/driven-clock.fixture.ts';
import { Busy } from '../../shared/support/errors.ts';
import { posixZone, wallClock } from '../../test/camera/alerts/camera-time.ts';
import { element, root } from '../../test/camera/alerts/xml.ts';
import { withDefaults } from '../../test/camera/camera-options.ts';
import { createLane, type Lane } from '../../test/camera/lane.ts';
import type { LedgerEntry, Passage } from '../../test/camera/passage.ts';
import { randomFrom } from '../../test/camera/random.ts';
import { type Answer, notSupported, xmlAnswer } from '../../test/camera/resources/answer.ts';
import { DEFAULT_PLATES, type PlatesOptions, plates } from '../../test/camera/resources/plates.ts';

export const GATE = CameraIdSchema.parse('gate');
const TASHKENT_MINUTES = 300;

export type RememberingCamera = {
  client: CameraClient;
  lane: Lane;
  options: PlatesOptions;
  /** Wrong, as far as it is told to be. */
  clock: { offsetMs: number; zoneMinutes: number; tellsTime: boolean };
  /** Paths asked, in order. */
  asked: string[];
  away: boolean;
  /** A vehicle passes. */
  pass(changes?: Partial<Passage>): LedgerEntry;
  /** As the stream would tell of it. */
  liveRead(entry: LedgerEntry): Detection;
};

export function rememberingCamera(clock: DrivenClock, changes: Partial<PlatesOptions> = {}): RememberingCamera {
  const options: PlatesOptions = { ...DEFAULT_PLATES, ...changes };
  const cameraClock = { offsetMs: 0, zoneMinutes: TASHKENT_MINUTES, tellsTime: true };
  const now = () => clock.now() + cameraClock.offsetMs;
  const settings = withDefaults({ pictures: { drawn: 'none' } });
  const lane = createLane({
    pictures: settings.pictures,
    plates: options,
    random: randomFrom(1),
    now,
    cameraClock: () => ({ ...settings.cameraClock, ...cameraClock }),
  });
  const device = { plates: options, memory: () => lane.memory, zoneMinutes: () => cameraClock.zoneMinutes };

  function answerTo(path: string, body: string): Answer {
    if (path === PLATES_PATH) return plates(device, { body });
    if (path !== '/ISAPI/System/time' || !cameraClock.tellsTime) return notSupported(404);
    const { date, time } = wallClock(now(), cameraClock.zoneMinutes);
    const zone = element('timeZone', posixZone(cameraClock.zoneMinutes));
    return xmlAnswer(200, root('Time', 'hikvision-ver20', [...element('localTime', `${date}T${time}`), ...zone]));
  }

  const camera: RememberingCamera = {
    lane,
    options,
    clock: cameraClock,
    asked: [],
    away: false,
    pass: (passage = {}) => lane.pass(passage),
    liveRead(entry) {
      const answer = plates(device, { body: '<picTime>0</picTime>' });
      const row = readPlates(answer.body).rows.find(({ picName }) => picName === entry.picName);
      if (row === undefined) throw new Error('the camera has forgotten it');
      const arrival = { camera: GATE, receivedAt: clock.now(), timeZone: '+05:00', clockOffsetMs: null };
      return { ...detectionFromPlate(row, arrival), late: false, sources: ['stream'] };
    },
    client: {
      openStream: () => Promise.reject(new Error('no stream here')),
      async request({ method, path, body = '', signal }) {
        signal?.throwIfAborted();
        camera.asked.push(path);
        await turn();
        if (camera.away) throw new Busy('camera_unreachable', 'could not reach the camera');
        const { status, type, body: bytes } = answerTo(path, body);
        const answer = { status, contentType: type, body: bytes };
        const error = errorIn(answer, `${method} ${path}`);
        if (error) throw error;
        return answer;
      },
    },
  };
  return camera;
}
