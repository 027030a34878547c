// The part of the control API that changes the configuration: in memory only, checked first, then applied (MEDIAMTX.md 5).
import { type Config, isKeys, parseKeys, type RawKeys, readConfig } from '../config/config.ts';
import { GLOBAL_DEFAULTS, PATH_DEFAULTS } from '../config/schemas.ts';
import { type Answer, done, json, type Request } from '../http/front.ts';
import type { Quirks } from '../quirks.ts';
import { ApiError, listAnswer } from './lists.ts';

export type ConfigHolder = {
  current(): Config;
  /** Takes over what has been checked; the server follows on its own. */
  apply(config: Config): void;
};

type RawPaths = Record<string, unknown>;
type Change = (paths: RawPaths, name: string, keys: RawKeys) => void;

const CHANGES: Readonly<Record<string, { method: string; change: Change }>> = {
  add: {
    method: 'POST',
    change(paths, name, keys) {
      if (name in paths) throw new ApiError(400, 'path already exists');
      paths[name] = keys;
    },
  },
  patch: {
    method: 'PATCH',
    change(paths, name, keys) {
      const before = found(paths, name);
      paths[name] = { ...(isKeys(before) ? before : {}), ...keys };
    },
  },
  // Unlike PATCH, it also makes a path that is not there.
  replace: {
    method: 'POST',
    change(paths, name, keys) {
      paths[name] = keys;
    },
  },
  delete: {
    method: 'DELETE',
    change(paths, name) {
      found(paths, name);
      delete paths[name];
    },
  },
};

/** @throws ApiError; Error of the configuration's own check is a 400 */
export async function handleConfig(
  request: Request,
  route: string,
  holder: ConfigHolder,
  quirks: Quirks,
): Promise<Answer | null> {
  const { settings: _settings, paths, raw } = holder.current();
  if (request.method === 'GET') {
    if (route === 'global/get')
      return json(200, { ...GLOBAL_DEFAULTS, ...raw, pathDefaults: undefined, paths: undefined });
    if (route === 'pathdefaults/get') return json(200, { name: '', ...PATH_DEFAULTS, ...keysOf(raw.pathDefaults) });
    if (route === 'paths/list')
      return listAnswer(
        [...paths.values()].map(({ shown }) => shown),
        request.query,
      );
    const name = nameIn(route, 'paths/get');
    if (name === null) return null;
    const path = paths.get(checked(name));
    if (path === undefined) throw new ApiError(404, 'path configuration not found');
    return json(200, path.shown);
  }
  if (request.method === 'PATCH' && route === 'global/patch')
    return change(request, holder, quirks, (keys) => ({ ...raw, ...keys }));
  for (const [action, { method, change: apply }] of Object.entries(CHANGES)) {
    const name = request.method === method ? nameIn(route, `paths/${action}`) : null;
    if (name === null) continue;
    checked(name);
    return change(request, holder, quirks, (keys) => {
      const rawPaths: RawPaths = { ...keysOf(raw.paths) };
      apply(rawPaths, name, keys);
      return { ...raw, paths: rawPaths };
    });
  }
  return null;
}

async function change(
  request: Request,
  holder: ConfigHolder,
  quirks: Quirks,
  changed: (keys: RawKeys) => RawKeys,
): Promise<Answer> {
  const body = (await request.body()).toString('utf8');
  holder.apply(readConfig(changed(request.method === 'DELETE' ? {} : parseKeys(body)), quirks));
  return done();
}

function found(paths: RawPaths, name: string): unknown {
  if (!(name in paths)) throw new ApiError(404, 'path not found');
  return paths[name];
}

/** What stands behind `prefix`, '' for nothing; null for another route. */
function nameIn(route: string, prefix: string): string | null {
  return route === prefix || route.startsWith(`${prefix}/`) ? route.slice(prefix.length + 1) : null;
}

function checked(name: string): string {
  if (name === '') throw new ApiError(400, 'invalid name');
  return name;
}

function keysOf(value: unknown): RawKeys {
  return isKeys(value) ? value : {};
}
