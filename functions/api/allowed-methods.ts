import type { Hono } from 'hono';
import type { ApiEnv } from './access.ts';

/** Methods that some route at `path` answers to, sorted; none when there is no such path. */
export function allowedMethods(app: Pick<Hono<ApiEnv>, 'routes'>, path: string): string[] {
  const methods = app.routes.filter((route) => route.method !== 'ALL' && matches(route.path, path));
  return [...new Set(methods.map(({ method }) => method))].sort();
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [segments(pattern), segments(path)];
  return wanted.length === given.length && wanted.every((part, i) => part.startsWith(':') || part === given[i]);
}

function segments(path: string): string[] {
  return path.replace(/\/$/, '').split('/');
}
