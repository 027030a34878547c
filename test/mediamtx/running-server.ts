// All listeners of one configuration, opened and closed in MediaMTX's order.

import { openApi } from './api/api-server.ts';
import type { ConfigHolder } from './api/config-routes.ts';
import { openMetrics } from './api/metrics-server.ts';
import type { Parts } from './api/parts.ts';
import { createAskHook } from './auth/hook.ts';
import type { Config } from './config/config.ts';
import type { Faults } from './faults.ts';
import { openHlsServer } from './hls/hls-server.ts';
import type { Print } from './log/printer.ts';
import { createPathManager } from './paths/path-manager.ts';
import type { Quirks } from './quirks.ts';
import { openRtspServer } from './rtsp/rtsp-server.ts';
import { openWebrtcServer } from './webrtc/webrtc-server.ts';

export type RunningServer = {
  readonly parts: Parts;
  /** In the reverse of the order of opening. */
  close(): Promise<void>;
};

export type RunDeps = {
  config: Config;
  holder: ConfigHolder;
  quirks: Quirks;
  print: Print;
  faults: Faults;
  startedAt: number;
};

/** @throws Error in Go's words when a listener cannot be opened; then all are closed again */
export async function runServer({ config, holder, quirks, print, faults, startedAt }: RunDeps): Promise<RunningServer> {
  const { settings } = config;
  const askHook = createAskHook(settings, quirks);
  const paths = createPathManager({ settings, askHook, print, isStalled: faults.isStalled });
  const parts: Parts = { settings, quirks, paths };
  const opened: { close(): Promise<void> }[] = [];
  const deps = { settings, paths, quirks, print };

  function keep<T extends { close(): Promise<void> }>(listener: T): T {
    opened.push(listener);
    return listener;
  }

  async function close(): Promise<void> {
    // Sources first: a stopped server logs in nowhere any more.
    for (const listener of opened.splice(0).reverse()) await listener.close();
    paths.close();
  }

  try {
    if (settings.metrics) keep(await openMetrics(() => parts, print));
    await paths.reload(config.paths);
    if (settings.rtsp) parts.rtsp = keep(await openRtspServer(deps));
    if (settings.hls) parts.hls = keep(await openHlsServer(deps));
    if (settings.webrtc) parts.webrtc = keep(await openWebrtcServer(deps));
    if (settings.api) {
      const { whenThawed } = faults;
      keep(await openApi({ parts, holder, askHook, print, startedAt, whenThawed }));
    }
    return { parts, close };
  } catch (error) {
    print('ERR', error instanceof Error ? error.message : String(error));
    await close();
    throw error;
  }
}
