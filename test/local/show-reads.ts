// Each read on one line as it reaches the API, so that a person sees the gate work.
import colours from 'picocolors';
import * as z from 'zod';
import { systemClock } from '../../shared/support/clock.ts';
import type { LocalSystem } from './local-system.ts';

const ASK_EVERY_MS = 1_000;
const SHOWN_AT_ONCE = 20;
const MAX_REMEMBERED = 200;

const Page = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      plate: z.string().nullable(),
      capturedAt: z.string(),
      receivedAt: z.string(),
      storedAt: z.string(),
      direction: z.string(),
      vehicle: z.object({ type: z.string().optional(), color: z.string().optional() }).optional(),
      pictures: z.array(z.object({ kind: z.string() })),
    }),
  ),
});
type Read = z.infer<typeof Page>['items'][number];

export async function showReads(
  { url, token }: Pick<LocalSystem, 'url' | 'token'>,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Set<string>();
  const shown = new Set<string>();
  while (!signal.aborted) {
    const items = await newest(url, token, signal);
    for (const read of items.toReversed()) {
      // A read is shown once its pictures are there, or at the next look without them.
      const isNew = !seen.has(read.id);
      seen.add(read.id);
      if (shown.has(read.id) || (isNew && read.pictures.length === 0)) continue;
      shown.add(read.id);
      console.log(sentence(read));
    }
    for (const ids of [seen, shown]) forgetOldest(ids);
    await systemClock.sleep(ASK_EVERY_MS, signal).catch(() => {});
  }
}

function forgetOldest(ids: Set<string>): void {
  for (const id of [...ids].slice(0, -MAX_REMEMBERED)) ids.delete(id);
}

async function newest(url: string, token: string, signal: AbortSignal): Promise<Read[]> {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/gate/detections?limit=${SHOWN_AT_ONCE}`, { headers, signal }).catch(
    () => null,
  );
  const page = Page.safeParse(await answer?.json().catch(() => null));
  return page.success ? page.data.items : [];
}

function sentence(read: Read): string {
  const time = new Date(read.capturedAt).toLocaleTimeString();
  const arrow = read.direction === 'forward' ? '→' : read.direction === 'reverse' ? '←' : '·';
  const vehicle = [read.vehicle?.color, read.vehicle?.type].filter(Boolean).join(' ') || 'vehicle';
  const took = Date.parse(read.storedAt) - Date.parse(read.receivedAt);
  const pictures = read.pictures.map(({ kind }) => kind).join(', ') || 'no pictures yet';
  return `  ${colours.dim(time)} ${arrow} ${colours.bold((read.plate ?? 'not read').padEnd(10))} ${vehicle.padEnd(22)} ${colours.dim(`${pictures}; stored ${took} ms after it came`)}`;
}
