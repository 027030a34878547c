import type { BridgeMetric, CameraMetric } from '../../shared/metrics/bridge-metrics.ts';
import type { CameraRoad } from '../camera-road.ts';
import type { Outbox } from '../outbox/outbox.ts';

/** What only grows, as the line before told it. */
export type CameraCounts = { connects: number; vehiclesWithoutPlate: number };
export const countsOf = ({ state }: Pick<CameraRoad, 'state'>): CameraCounts => ({
  connects: state.connects,
  vehiclesWithoutPlate: state.vehiclesWithoutPlate,
});

export type CameraMoment = {
  road: Pick<CameraRoad, 'state' | 'clockOffset' | 'quiet'>;
  told: CameraCounts;
  isShut: boolean;
  startedAt: number;
  now: number;
};

export function cameraMetrics(moment: CameraMoment): Record<CameraMetric, number | null> {
  const { road, told, isShut, startedAt, now } = moment;
  const { state, clockOffset, quiet } = road;
  const { lastHeartbeatAt, lastByteAt } = state;
  const reading = quiet.reading().status;
  return {
    // What waits for the disk is heard by nobody.
    StreamConnected: state.isHeard && state.waitsForDisk === null ? 1 : 0,
    StreamSilentSeconds: secondsSince(lastByteAt ?? startedAt, now),
    StreamConnects: state.connects - told.connects,
    HeartbeatAgeSeconds: lastHeartbeatAt === null ? null : secondsSince(Date.parse(lastHeartbeatAt), now),
    ReadsSuspiciouslyQuiet: reading === 'quiet_suspicious' || reading === 'reads_missing' ? 1 : 0,
    VehiclesWithoutPlate: state.vehiclesWithoutPlate - told.vehiclesWithoutPlate,
    ClockOffsetSeconds: clockOffset.ms === null ? null : Math.abs(clockOffset.ms) / 1000,
    GuardShut: isShut ? 1 : 0,
  };
}

type Depth = Pick<ReturnType<Outbox['depth']>, 'reads' | 'pictures' | 'oldestAt' | 'dropped' | 'bad'>;

export function bridgeMetrics(depth: Depth, toldDropped: number, now: number): Record<BridgeMetric, number> {
  const { reads, pictures, oldestAt, dropped, bad } = depth;
  return {
    BridgeAlive: 1,
    OutboxReads: reads,
    OutboxPictures: pictures,
    OutboxOldestSeconds: oldestAt === null ? 0 : secondsSince(Date.parse(oldestAt), now),
    OutboxDropped: dropped - toldDropped,
    OutboxBad: bad,
  };
}

/** A clock that was set back makes nothing younger than new. */
function secondsSince(then: number, now: number): number {
  return Math.max(0, now - then) / 1000;
}
