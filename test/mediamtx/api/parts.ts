import type { Settings } from '../config/config.ts';
import type { HlsServer } from '../hls/hls-server.ts';
import type { PathManager } from '../paths/path-manager.ts';
import type { Quirks } from '../quirks.ts';
import type { RtspServer } from '../rtsp/rtsp-server.ts';
import type { WebrtcServer } from '../webrtc/webrtc-server.ts';

/** The running server as API and metrics see it; undefined for what is switched off. */
export type Parts = {
  settings: Settings;
  quirks: Quirks;
  paths: PathManager;
  rtsp?: RtspServer | undefined;
  hls?: HlsServer | undefined;
  webrtc?: WebrtcServer | undefined;
};
