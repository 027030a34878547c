// What the bridge has acknowledged and AWS has not taken yet: plain files, one per message, safe from kill -9.
import { dirname, join } from 'node:path';
import type { Detection } from '../../shared/detection/detection.ts';
import { type Clock, isoInstant } from '../../shared/support/clock.ts';
import { Broken, Rejected, reasonOf } from '../../shared/support/errors.ts';
import type { Log } from '../../shared/support/log.ts';
import { type Disk, isDiskFull, systemDisk } from './disk.ts';
import { DroppedPictures } from './dropped-pictures.ts';
import { type Contents, parseEntryName } from './entry.ts';
import { lockFolder } from './folder-lock.ts';
import { Tray } from './tray.ts';

export type Depth = {
  /** Reads not yet in the queue. */
  reads: number;
  /** Reads whose pictures are not yet in the store. */
  pictures: number;
  /** On disk, all together. */
  bytes: number;
  /** When the oldest of them was kept: UTC instant, null when all is delivered. */
  oldestAt: string | null;
  /** Pictures given up for want of room since the start. */
  dropped: number;
  /** Files in `bad/`: corrupt, or refused by AWS for good. A person has to look. */
  bad: number;
};

export type Outbox = {
  /** Resolves when the read is safe on disk. Throws Broken when the disk cannot hold it. */
  addRead(detection: Detection): Promise<void>;
  /**
   * `detection` whole, with a claim check for each picture; `bytesByKey` has the bytes of each. Resolves when all are
   * safe on disk, or given up because the quota has no room for them: the read itself went before, by addRead.
   */
  addPictures(detection: Detection, bytesByKey: ReadonlyMap<string, Uint8Array>): Promise<void>;
  depth(): Depth;
  /** Waits for what is being written, then lets another process have the folder. */
  close(): Promise<void>;
  /** For deliver. */
  readonly trays: { readonly reads: Tray; readonly pictures: Tray };
};

export type OutboxOptions = {
  folder: string;
  /** Above it the oldest pictures go; reads never do. */
  quotaBytes: number;
  /** A read is lost on the disk, and nobody knows which: whoever can is to bring it again. */
  onDamaged?: () => Promise<void>;
  clock: Pick<Clock, 'now'>;
  log: Log;
  disk?: Disk;
};

/** Throws Rejected (`conflict`) while another process has `folder` open. */
export async function openOutbox({
  folder,
  quotaBytes,
  onDamaged,
  clock,
  log,
  disk = systemDisk,
}: OutboxOptions): Promise<Outbox> {
  const badFolder = join(folder, 'bad');
  await disk.makeFolder(badFolder).catch(couldNotOpen);
  const unlock = lockFolder(folder);
  const reads = new Tray({ folder: join(folder, 'reads'), badFolder, onDamaged, disk, clock, log });
  // Of a read whose pictures are damaged the plate has gone before.
  const pictures = new Tray({ folder: join(folder, 'pictures'), badFolder, disk, clock, log });
  const dropped = new DroppedPictures({ clock, log });
  const badBefore = await openFolders().catch((error: unknown) => {
    unlock();
    return couldNotOpen(error);
  });
  if (reads.count + pictures.count > 0) log.info('outbox.found', { reads: reads.count, pictures: pictures.count });
  const writing = new Set<Promise<void>>();
  let closed = false;

  async function openFolders(): Promise<{ files: number; bytes: number }> {
    await Promise.all([reads.open(), pictures.open()]);
    // New folders are names too, and must survive a power cut with what they hold.
    await disk.syncFolder(folder);
    await disk.syncFolder(dirname(folder));
    const names = await disk.list(badFolder);
    const entries = names.map((name) => parseEntryName(name.replace(/^[a-z]+-/, '')));
    return { files: names.length, bytes: entries.reduce((sum, entry) => sum + (entry?.bytes ?? 0), 0) };
  }

  function usedBytes(): number {
    return reads.bytes + pictures.bytes + badBefore.bytes + reads.bad.bytes + pictures.bad.bytes;
  }

  async function dropOldestPictures(): Promise<boolean> {
    const entry = await pictures.dropOldest();
    if (entry !== null) dropped.add(entry.pictures, entry.bytes);
    return entry !== null;
  }

  /** Drops the oldest pictures until `bytes` more fit into the quota, or no pictures are left to drop. */
  async function makeRoom(bytes: number): Promise<void> {
    while (usedBytes() + bytes > quotaBytes && (await dropOldestPictures())) {
      // Each turn frees one read's pictures.
    }
  }

  function canMakeRoom(bytes: number): boolean {
    const wanted = usedBytes() + bytes;
    return wanted <= quotaBytes || wanted - pictures.waitingBytes <= quotaBytes;
  }

  /** The quota is our own limit, but the disk may be full before: then too the oldest pictures make way. */
  async function keep(tray: Tray, contents: Contents): Promise<void> {
    for (;;) {
      try {
        return await tray.keep(contents);
      } catch (error) {
        if (isDiskFull(error) && (await dropOldestPictures())) continue;
        throw new Broken('internal', `could not keep a read on disk: ${reasonOf(error)}`, { cause: error });
      }
    }
  }

  function track(work: () => Promise<void>): Promise<void> {
    if (closed) throw new Broken('internal', 'could not keep a read on disk: the outbox is closed');
    const written = work().finally(() => writing.delete(written));
    writing.add(written);
    return written;
  }

  return {
    trays: { reads, pictures },

    addRead: async (detection) =>
      track(async () => {
        await keep(reads, { detection, pictures: [] });
        await makeRoom(0);
      }),

    addPictures: async (detection, bytesByKey) =>
      track(async () => {
        const contents = { detection, pictures: bytesOf(detection, bytesByKey) };
        const bytes = contents.pictures.reduce((sum, picture) => sum + picture.length, 0);
        if (!canMakeRoom(bytes)) return dropped.add(contents.pictures.length, bytes);
        await makeRoom(bytes);
        await keep(pictures, contents);
      }),

    depth() {
      const oldest = Math.min(
        reads.oldestAt ?? Number.POSITIVE_INFINITY,
        pictures.oldestAt ?? Number.POSITIVE_INFINITY,
      );
      return {
        reads: reads.count,
        pictures: pictures.count,
        bytes: usedBytes(),
        oldestAt: Number.isFinite(oldest) ? isoInstant(oldest) : null,
        dropped: dropped.total,
        bad: badBefore.files + reads.bad.files + pictures.bad.files,
      };
    },

    async close() {
      if (closed) return;
      closed = true;
      await Promise.allSettled(writing);
      dropped.say();
      unlock();
    },
  };
}

function couldNotOpen(error: unknown): never {
  throw new Broken('internal', `could not open the outbox: ${reasonOf(error)}`, { cause: error });
}

function bytesOf(detection: Detection, bytesByKey: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  return detection.pictures.map(({ kind, key, bytes }) => {
    const picture = bytesByKey.get(key);
    if (picture?.length === bytes) return picture;
    throw new Rejected(
      'invalid_request',
      `could not keep a read's pictures: the bytes of ${kind} do not fit its claim`,
    );
  });
}
