import type { MiddlewareHandler } from 'hono';

const PREFLIGHT_SECONDS = 600;
const METHODS = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS';
const REQUEST_HEADERS = 'Authorization, Content-Type, If-Match';
const EXPOSED = 'Location, ETag, Accept-Patch, Link, Retry-After';

/**
 * Lets pages of exactly these origins read the answers, errors included. Not the framework's own: that one takes every
 * OPTIONS for a preflight, and WHEP has one of its own.
 */
export function cors(origins: readonly string[]): MiddlewareHandler {
  const allowed = new Set(origins);
  return async (c, next) => {
    const origin = c.req.header('Origin');
    const preflight = c.req.method === 'OPTIONS' && c.req.header('Access-Control-Request-Method') !== undefined;
    if (preflight) c.res = new Response(null, { status: 204 });
    else await next();
    c.header('Vary', 'Origin', { append: true });
    if (origin === undefined || !allowed.has(origin)) return;
    c.header('Access-Control-Allow-Origin', origin);
    c.header('Access-Control-Expose-Headers', EXPOSED);
    if (!preflight) return;
    c.header('Access-Control-Allow-Methods', METHODS);
    c.header('Access-Control-Allow-Headers', REQUEST_HEADERS);
    c.header('Access-Control-Max-Age', String(PREFLIGHT_SECONDS));
  };
}
