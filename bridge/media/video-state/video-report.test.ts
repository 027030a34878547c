import { describe, expect, test } from 'vitest';
import { CameraIdSchema } from '../../../shared/detection/detection.ts';
import { VideoReportSchema } from '../../../shared/store/video-states.ts';
import { streamName } from '../../../shared/video/stream-name.ts';
import type { StreamView } from '../wake/stream-view.ts';
import { videoCounts, videoMetrics } from './video-metrics-of.ts';
import { type VideoFacts, videoMark, videoReport } from './video-report.ts';

const NOON = Date.parse('2026-11-22T12:00:00.000Z');
const gate = CameraIdSchema.parse('gate');
const sub = streamName(gate, 'sub');

const playing: StreamView = {
  stream: sub,
  ready: true,
  stalled: false,
  tracks: ['H264'],
  viewers: { webrtc: 2, hls: 1, rtsp: 0 },
  bytesReceived: 1_000,
  bytesSent: 3_000,
  stalls: 0,
  restarts: 0,
  reason: null,
  code: null,
  facts: { codec: 'H264', profile: 'Baseline', width: 704, height: 576, bFrames: 'none', audio: null },
};

function facts(change: Partial<StreamView> = {}, server: Partial<VideoFacts['server']> = {}): VideoFacts {
  const running: VideoFacts['server'] = {
    status: 'running',
    version: 'v1.16.1',
    since: '2026-11-22T11:00:00.000Z',
    restarts: 0,
    reason: null,
  };
  return {
    server: { ...running, ...server },
    streams: [{ ...playing, ...change }],
    viewers: [{ stream: sub, webrtc: 2, hls: 4, rtsp: 0 }],
  };
}

describe('the report of a camera’s video', () => {
  test('counts viewers at the door, where each is one, and calls a stream that nobody asked for idle', () => {
    const report = videoReport(gate, facts(), NOON);
    expect(VideoReportSchema.parse(report)).toEqual(report);
    expect(report.streams.sub).toMatchObject({
      status: 'ready',
      codec: 'H264',
      viewers: { webrtc: 2, hls: 4, rtsp: 0 },
    });
    expect(report.streams.main).toMatchObject({ status: 'idle', reason: null, codec: null, bytesSent: 0 });
  });

  test.each([
    ['stalled', { stalled: true, reason: 'the camera sent nothing for 10 s; the stream is opened anew' }],
    ['unavailable', { ready: false, reason: 'could not show gate-sub: its guard is shut' }],
    ['idle', { ready: false }],
  ] as const)('calls it %s', (status, change) => {
    expect(videoReport(gate, facts(change), NOON).streams.sub).toMatchObject({ status });
  });

  test('says off once MediaMTX has been told to end', () => {
    expect(videoReport(gate, facts({}, { status: 'stopped' }), NOON).server.status).toBe('off');
  });

  test('bytes and time alone are no news; a viewer, a reason or a restart is', () => {
    const mark = (...of: Parameters<typeof facts>) => videoMark(videoReport(gate, facts(...of), NOON));
    const later = videoMark(videoReport(gate, facts({ bytesSent: 9_000, bytesReceived: 4_000 }), NOON + 5_000));
    expect(later).toBe(mark());
    for (const changed of [mark({ stalled: true }), mark({ reason: 'gone' }), mark({}, { restarts: 1 })]) {
      expect(changed).not.toBe(mark());
    }
    expect(videoMark(videoReport(gate, { ...facts(), viewers: [] }, NOON))).not.toBe(mark());
  });

  test('as metrics: what stands is told as it is, what grows by its growth, and bytes that begin anew are none', () => {
    const before = videoCounts(videoReport(gate, facts({ stalls: 1 }), NOON));
    const report = videoReport(
      gate,
      facts({ stalls: 3, bytesSent: 2_000, reason: 'gone', ready: false }, { restarts: 2 }),
      NOON,
    );
    expect(videoMetrics(report, before)).toEqual({
      VideoServing: 1,
      VideoViewers: 6,
      VideoUnavailable: 1,
      VideoStalls: 2,
      VideoServerRestarts: 2,
      VideoBytesSent: 0,
    });
    expect(videoMetrics(videoReport(gate, facts({}, { status: 'missing' }), NOON), before).VideoServing).toBe(0);
  });
});
