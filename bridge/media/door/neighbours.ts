// What the door needs of its neighbours: the watched MediaMTX, and the word whether a stream may wake.
import type { StreamName } from '../../../shared/video/stream-name.ts';

export type Transport = 'webrtc' | 'hls' | 'rtsp';

export interface WakeGate {
  /** Resolves when a reader may be sent to MediaMTX. Throws Busy or Rejected, saying why not. */
  admit(stream: StreamName, wanted: Transport, signal?: AbortSignal): Promise<void>;
  /** From memory: may a reader reach this stream now? */
  mayRead(stream: StreamName): boolean;
}

export interface SessionControl {
  webrtcSessions(): Promise<{ id: string; path: string }[]>;
  kickWebrtcSession(id: string): Promise<void>;
  rtspSessions(): Promise<{ id: string; path: string }[]>;
  kickRtspSession(id: string): Promise<void>;
}

export interface MediaUpstream {
  readonly state: { readonly status: string };
  readonly api: SessionControl;
  /** Base URLs on loopback, without a trailing slash. */
  readonly whepUrl: string;
  readonly hlsUrl: string;
  /** Throws Busy when MediaMTX does not serve in time. */
  ready(timeoutMs: number): Promise<void>;
}
