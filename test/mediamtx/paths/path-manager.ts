// All paths, and the one loop through which everybody reaches them.
import { isDeepStrictEqual } from 'node:util';
import type { Access, AskHook } from '../auth/hook.ts';
import type { PathConf, Settings } from '../config/config.ts';
import type { Print } from '../log/printer.ts';
import type { MediaStream } from '../media/media-stream.ts';
import { createPath, NoStream, type Path, type Reader } from './path.ts';
import { createSerialLoop } from './serial-loop.ts';

export type Joined = { path: Path; stream: MediaStream };

export type PathManager = {
  /** Asks the hook. Rejects with AuthRefused, or for a name that is not configured. */
  find(access: Access): Promise<PathConf>;
  /** Asks the hook unless `access` is only a name; then waits for the source. */
  addReader(reader: Reader, access: Access | string): Promise<Joined>;
  describe(access: Access): Promise<Joined>;
  /** In the order of their names. */
  list(): Promise<Path[]>;
  /** Undefined for a name that is not configured. */
  get(name: string): Promise<Path | undefined>;
  /** A path whose keys changed is closed and made anew; its readers are dropped. */
  reload(confs: ReadonlyMap<string, PathConf>): Promise<void>;
  close(): void;
};

export type PathManagerDeps = { settings: Settings; askHook: AskHook; print: Print; isStalled: () => boolean };

export function createPathManager({ settings, askHook, print, isStalled }: PathManagerDeps): PathManager {
  const inLoop = createSerialLoop();
  const paths = new Map<string, Path>();
  /** `~…`: names that are known without a source of their own. */
  let patterns: RegExp[] = [];

  function pathNamed(name: string): Path {
    const path = paths.get(name);
    if (path !== undefined) return path;
    if (isKnown(name)) throw new NoStream(`no stream is available on path '${name}'`);
    throw notConfigured(name);
  }

  const isKnown = (name: string) => paths.has(name) || patterns.some((pattern) => pattern.test(name));

  async function admitted(access: Access | string): Promise<Path> {
    if (typeof access === 'string') return pathNamed(access);
    // The name is looked up first: an unknown one costs the hook nothing.
    if (!isKnown(access.path)) throw notConfigured(access.path);
    await askHook(access);
    return pathNamed(access.path);
  }

  return {
    find: (access) => inLoop(async () => (await admitted(access)).conf),
    async addReader(reader, access) {
      const path = await inLoop(() => admitted(access));
      return { path, stream: await path.addReader(reader) };
    },
    async describe(access) {
      const path = await inLoop(() => admitted(access));
      return { path, stream: await path.describe() };
    },
    list: () => inLoop(() => [...paths.values()].sort((a, b) => (a.conf.name < b.conf.name ? -1 : 1))),
    get: (name) => inLoop(() => paths.get(name)),
    reload: (confs) =>
      inLoop(() => {
        for (const [name, path] of paths) {
          if (isDeepStrictEqual(confs.get(name), path.conf)) continue;
          paths.delete(name);
          path.close();
        }
        const names = [...confs.keys()].filter((name) => name.startsWith('~'));
        patterns = names.map((name) => new RegExp(name.slice(1)));
        for (const [name, conf] of confs) {
          if (name.startsWith('~')) continue;
          if (!paths.has(name)) paths.set(name, createPath({ conf, settings, print, isStalled }));
        }
      }),
    close() {
      for (const path of paths.values()) path.close();
      paths.clear();
    },
  };
}

function notConfigured(name: string): Error {
  return new Error(`path '${name}' is not configured`);
}
