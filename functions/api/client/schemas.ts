// Written by `npm run openapi` from the API’s routes: change those, not this.

export type DetectionList = { items: Detection[]; cursor: string | null; capped: boolean };

export type Detection = {
  id: string;
  camera: string;
  plate: string | null;
  plateAsRead: string;
  capturedAt: string;
  at: string;
  timeFrom: 'camera' | 'corrected' | 'arrival';
  cameraTime?: string;
  receivedAt: string;
  storedAt?: string;
  late: boolean;
  sources: ('stream' | 'webhook' | 'history')[];
  direction: 'forward' | 'reverse' | 'unknown';
  confidence: number | null;
  lane?: string;
  country?: string;
  plateType?: string;
  plateColor?: string;
  list?: string;
  vehicle?: { type?: string; color?: string; brand?: string; model?: string; speedKmh?: number };
  uuid?: string;
  lensAway?: true;
  pictures: Picture[];
};

export type Picture = {
  kind: string;
  key: string;
  bytes: number;
  sha256: string;
  contentType: 'image/jpeg';
  url: string;
  urlExpiresAt: string;
};

export type Problem = {
  type: string;
  title: string;
  status: number;
  code:
    | 'invalid_request'
    | 'unauthorized'
    | 'forbidden'
    | 'not_found'
    | 'conflict'
    | 'too_large'
    | 'not_supported'
    | 'camera_locked'
    | 'rate_limited'
    | 'internal'
    | 'camera_unreachable'
    | 'camera_refused'
    | 'camera_busy';
  detail: string;
  instance: string;
};

export type CameraList = { items: Camera[]; cursor: null };

export type Camera = {
  id: string;
  stream: {
    status:
      | 'connecting'
      | 'connected'
      | 'closing'
      | 'silent'
      | 'closed'
      | 'slot_held'
      | 'unreachable'
      | 'refused'
      | 'locked'
      | 'off'
      | 'unknown';
    since: string | null;
    reason: string | null;
  };
  reading: {
    status: 'reading' | 'quiet_expected' | 'quiet_suspicious' | 'reads_missing' | 'unknown';
    reason: string | null;
  };
  lastHeartbeatAt: string | null;
  lastReadAt: string | null;
  readsToday: number | null;
  clockOffsetMs: number | null;
  model: string | null;
  firmware: string | null;
  firmwareNote: string | null;
  outbox: { reads: number; pictures: number; dropped: number; bad: number } | null;
  guard: Guard;
  live: { whep: string; hls: string } | null;
  video: Video;
  reportedAt: string | null;
};

export type Guard = {
  status: 'open' | 'shut';
  since: string | null;
  why: 'bad_login' | 'locked_by_camera' | 'lost_attempt' | null;
  badLogins: number;
  triesLeft: number | null;
  probeAt: string | null;
};

export type Video = {
  server: {
    status: 'starting' | 'running' | 'restarting' | 'missing' | 'off' | 'unknown';
    since: string | null;
    reason: string | null;
    version: string | null;
    restarts: number;
  };
  streams: { main: VideoStream; sub: VideoStream } | null;
};

export type VideoStream = {
  status: 'idle' | 'ready' | 'stalled' | 'unavailable';
  reason: string | null;
  codec: string | null;
  width: number | null;
  height: number | null;
  viewers: { webrtc: number; hls: number; rtsp: number };
  bytesReceived: number;
  bytesSent: number;
  stalls: number;
};

export type LiveView = { whep: string; hls: string; ticket: string; startBefore: string; expiresAt: string };

export type LiveRequest = { stream?: 'main' | 'sub' };

export type PtzAnswer = {
  camera: string;
  action:
    | 'zoom_in'
    | 'zoom_out'
    | 'focus_near'
    | 'focus_far'
    | 'pan_left'
    | 'pan_right'
    | 'tilt_up'
    | 'tilt_down'
    | 'stop';
  outcome: 'ended' | 'extended' | 'cut_short';
};

export type PtzRequest = {
  action:
    | 'zoom_in'
    | 'zoom_out'
    | 'focus_near'
    | 'focus_far'
    | 'pan_left'
    | 'pan_right'
    | 'tilt_up'
    | 'tilt_down'
    | 'stop';
  speed?: number;
  durationMs?: number;
  camera?: string;
};

export type PresetList = { items: { number: number; name: string }[]; cursor: null };

export type MoveList = { items: Move[]; cursor: null };

export type Move = {
  id: string;
  camera: string;
  subject: string;
  what:
    | 'zoom_in'
    | 'zoom_out'
    | 'focus_near'
    | 'focus_far'
    | 'pan_left'
    | 'pan_right'
    | 'tilt_up'
    | 'tilt_down'
    | 'stop'
    | 'preset'
    | 'home'
    | 'save_home';
  preset?: number;
  speed?: number;
  durationMs?: number;
  at: string;
  outcome: 'under_way' | 'ended' | 'extended' | 'cut_short' | 'not_stopped' | 'ended_by_bridge' | 'failed';
  code?: string;
};

export type Completeness = {
  from: string;
  to: string;
  items: CompletenessHour[];
  cursor: null;
  capped: string | null;
  memory: CameraMemory;
};

export type CompletenessHour = {
  hour: string;
  lane: string | null;
  camera: number;
  stored: number;
  missing: number;
  recovered: number;
  notInCamera: number;
  state: 'complete' | 'missing' | 'open' | 'unknown';
  reason: string | null;
  onlyInCamera: OneSidedRead[];
  onlyStored: OneSidedRead[];
  unlisted: string | null;
};

export type OneSidedRead = { id: string; capturedAt: string; plate: string | null };

export type CameraMemory = {
  reportedAt: string;
  supported: boolean | null;
  sweptTo: string | null;
  rememberedFrom: string | null;
  lastRowAt: string | null;
  aheadMs: number | null;
  gaps: { from: string; to: string; why: 'rolled_over' | 'emptied'; estimate: number }[];
} | null;

export type Health = { status: 'ok'; pieces: Record<string, 'ok'> };
