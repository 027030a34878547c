import type { VideoMetric } from '../../../shared/metrics/video-metrics.ts';
import type { VideoReport } from '../../../shared/store/video-states.ts';

/** What only ever grows while MediaMTX runs; metrics tell the growth since the line before. */
export type VideoCounts = { stalls: number; restarts: number; bytesSent: number };

export function videoCounts({ server, streams: { main, sub } }: VideoReport): VideoCounts {
  return {
    stalls: main.stalls + sub.stalls,
    restarts: server.restarts,
    bytesSent: main.bytesSent + sub.bytesSent,
  };
}

export function videoMetrics(report: VideoReport, told: VideoCounts): Record<VideoMetric, number> {
  const streams = [report.streams.main, report.streams.sub];
  const counts = videoCounts(report);
  return {
    VideoServing: report.server.status === 'running' ? 1 : 0,
    VideoViewers: streams.reduce((sum, { viewers }) => sum + viewers.webrtc + viewers.hls + viewers.rtsp, 0),
    VideoUnavailable: streams.some(({ status }) => status === 'unavailable' || status === 'stalled') ? 1 : 0,
    VideoStalls: counts.stalls - told.stalls,
    VideoServerRestarts: counts.restarts - told.restarts,
    // A path that was closed begins again at 0.
    VideoBytesSent: Math.max(0, counts.bytesSent - told.bytesSent),
  };
}
