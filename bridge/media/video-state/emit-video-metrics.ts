// One line of metrics a minute for each camera's video.
import type { CameraId } from '../../../shared/detection/detection.ts';
import { CAMERA_DIMENSION } from '../../../shared/metrics/bridge-metrics.ts';
import { VIDEO_METRICS } from '../../../shared/metrics/video-metrics.ts';
import type { VideoReport } from '../../../shared/store/video-states.ts';
import type { Clock } from '../../../shared/support/clock.ts';
import { metricDocument } from '../../camera-state/metric-document.ts';
import { type VideoCounts, videoCounts, videoMetrics } from './video-metrics-of.ts';

const EMIT_EVERY_MS = 60_000;

type EmitVideoMetrics = {
  cameras: readonly CameraId[];
  report: (camera: CameraId) => VideoReport;
  /** Writes one line to the log. */
  print: (line: string) => void;
  clock: Clock;
  signal: AbortSignal;
};

/** Resolves after the signal. */
export async function emitVideoMetrics({ cameras, report, print, clock, signal }: EmitVideoMetrics): Promise<void> {
  const told = new Map<CameraId, VideoCounts>(cameras.map((camera) => [camera, videoCounts(report(camera))]));
  while (!signal.aborted) {
    for (const camera of cameras) {
      const current = report(camera);
      const counts = videoCounts(current);
      const values = videoMetrics(current, told.get(camera) ?? counts);
      const dimension = { name: CAMERA_DIMENSION, value: camera };
      print(metricDocument({ at: clock.now(), dimension, definitions: VIDEO_METRICS, values }));
      told.set(camera, counts);
    }
    await clock.sleep(EMIT_EVERY_MS, signal).catch(() => {});
  }
}
