import type { CameraId } from '../../../shared/detection/detection.ts';
import type { VideoReport, VideoStream } from '../../../shared/store/video-states.ts';
import { isoInstant } from '../../../shared/support/clock.ts';
import { type StreamKind, streamName } from '../../../shared/video/stream-name.ts';
import type { StreamViewers } from '../door/open-door.ts';
import type { MediaServerState } from '../mediamtx/media-server.ts';
import type { StreamView } from '../wake/stream-view.ts';

/** What the media process knows now. */
export type VideoFacts = {
  server: MediaServerState;
  streams: readonly StreamView[];
  viewers: readonly StreamViewers[];
};

export function videoReport(camera: CameraId, { server, streams, viewers }: VideoFacts, now: number): VideoReport {
  const { status, since, reason, version, restarts } = server;
  const on = (kind: StreamKind): VideoStream => {
    const stream = streamName(camera, kind);
    const view = streams.find((each) => each.stream === stream);
    const watching = viewers.find((each) => each.stream === stream);
    return streamReport(view, watching);
  };
  return {
    reportedAt: isoInstant(now),
    server: { status: status === 'stopped' ? 'off' : status, since, reason, version, restarts },
    streams: { main: on('main'), sub: on('sub') },
  };
}

function streamReport(view: StreamView | undefined, watching: StreamViewers | undefined): VideoStream {
  const { codec = null, width = null, height = null } = view?.facts ?? {};
  const { webrtc = 0, hls = 0, rtsp = 0 } = watching ?? {};
  return {
    status: statusOf(view),
    reason: view?.reason ?? null,
    codec,
    width,
    height,
    viewers: { webrtc, hls, rtsp },
    bytesReceived: view?.bytesReceived ?? 0,
    bytesSent: view?.bytesSent ?? 0,
    stalls: view?.stalls ?? 0,
  };
}

function statusOf(view: StreamView | undefined): VideoStream['status'] {
  if (view?.stalled) return 'stalled';
  if (view?.ready) return 'ready';
  return view?.reason ? 'unavailable' : 'idle';
}

/** Without what changes all the time: differs when there is something that must not wait. */
export function videoMark(report: VideoReport): string {
  const { server, streams } = report;
  const marks = [streams.main, streams.sub].flatMap(({ status, reason, viewers, stalls }) => [
    status,
    reason,
    stalls,
    ...Object.values(viewers),
  ]);
  return [server.status, server.reason, server.restarts, ...marks].join('\n');
}
