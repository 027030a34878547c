// Prometheus text, the counts that anybody asks for; with no object, a bare name and 0 (MEDIAMTX.md 5, "Metrics").
import { type Front, openFront } from '../http/front.ts';
import { type Print, under } from '../log/printer.ts';
import type { Parts } from './parts.ts';

/** @throws Error in Go's words when the address is taken */
export async function openMetrics(parts: () => Parts, print: Print): Promise<Front> {
  const { settings, quirks } = parts();
  const printed = under(print, '[metrics]');
  const front = await openFront({
    address: settings.metricsAddress,
    allowOrigins: settings.metricsAllowOrigins,
    trustedProxies: [],
    preflight: null,
    print: printed,
    async handle({ method, path }) {
      if (method !== 'GET' || path !== '/metrics') return null;
      return { status: 200, headers: { 'Content-Type': 'text/plain' }, body: await metricsText(parts()) };
    },
  });
  printed('INF', quirks.opened([settings.metricsAddress], []));
  return {
    port: front.port,
    async close() {
      printed('INF', quirks.closing);
      await front.close();
    },
  };
}

type Labels = Record<string, string>;

async function metricsText({ paths, hls, webrtc }: Parts): Promise<string> {
  const lines: string[] = [];
  const add = (name: string, rows: readonly { labels: Labels; value: number }[]) => {
    if (rows.length === 0) lines.push(`${name} 0`);
    for (const { labels, value } of rows) {
      const shown = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      lines.push(`${name}{${shown.join(',')}} ${value}`);
    }
  };
  const all = await paths.list();
  const labelsOf = (at: number): Labels => ({
    name: all[at]?.conf.name ?? '',
    state: all[at]?.stream ? 'ready' : 'notReady',
  });
  add(
    'paths',
    all.map((_, at) => ({ labels: labelsOf(at), value: 1 })),
  );
  add(
    'paths_bytes_received',
    all.map(({ stream }, at) => ({ labels: labelsOf(at), value: stream?.bytesReceived ?? 0 })),
  );
  add(
    'paths_bytes_sent',
    all.map(({ stream }, at) => ({ labels: labelsOf(at), value: stream?.bytesSent ?? 0 })),
  );
  add(
    'paths_readers',
    all.map(({ readers }, at) => ({ labels: labelsOf(at), value: readers.size })),
  );
  const muxers = hls?.muxers() ?? [];
  add(
    'hls_muxers',
    muxers.map(({ path }) => ({ labels: { name: path }, value: 1 })),
  );
  add(
    'hls_muxers_bytes_sent',
    muxers.map(({ path, bytesSent }) => ({ labels: { name: path }, value: bytesSent })),
  );
  const viewers = (webrtc?.sessions() ?? []).map(({ id, path, remoteAddress, peer }) => ({
    labels: { id, path, remoteAddr: remoteAddress, state: 'read' },
    value: peer?.bytesSent ?? 0,
  }));
  add(
    'webrtc_sessions',
    viewers.map(({ labels }) => ({ labels, value: 1 })),
  );
  add('webrtc_sessions_bytes_sent', viewers);
  return `${lines.join('\n')}\n`;
}
