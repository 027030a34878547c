import type { OpenAPIHono } from '@hono/zod-openapi';
import { PICTURE_URL_SECONDS } from './picture-urls.ts';
import { Problem } from './schemas.ts';

const DESCRIPTION = `Every vehicle that a gate camera read, each stored once, and how the cameras are.

**Token.** Send \`Authorization: Bearer <JWT>\`. Each operation names the right it needs; rights come from the token.

**Pages.** Lists answer \`{items, cursor}\`. Send \`cursor\` back, with the same filters, until it is null; a page may hold
fewer items than \`limit\` before that. A cursor is opaque and good for its own search only.

**Pictures.** Each picture carries a \`url\` that works without a token for ${PICTURE_URL_SECONDS} seconds, so that an
\`<img>\` can show it. Use it at once; fetch the detection again when it has expired.

**Errors.** Always \`application/problem+json\`; decide by \`code\`. Where \`Retry-After\` is given, wait so many seconds.

**Slashes.** Every path answers with and without a trailing slash.`;

const SECURITY_SCHEME = 'jwt';

/** For a route that needs a token with `right`. */
export function needs(right: string) {
  return { security: [{ [SECURITY_SCHEME]: [right] }] };
}

type ProblemContent = Record<string, { schema: typeof Problem }>;

/** Responses that a route can fail with, by status. */
export function problems<Status extends number>(descriptions: Record<Status, string>) {
  const content: ProblemContent = { 'application/problem+json': { schema: Problem } };
  const entries = Object.entries<string>(descriptions).map(([status, description]) => [
    status,
    { description, content },
  ]);
  return Object.fromEntries(entries) as Record<Status, { description: string; content: ProblemContent }>;
}

export function openApiDocument(app: Pick<OpenAPIHono, 'openAPIRegistry' | 'getOpenAPI31Document'>) {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Gate camera', version: '1', description: DESCRIPTION },
    servers: [{ url: '/', description: 'This gate' }],
  });
}

export function registerSecurity(app: Pick<OpenAPIHono, 'openAPIRegistry'>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', SECURITY_SCHEME, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Rights: gate:read sees detections, gate:control moves the lens, gate:admin arms the camera again.',
  });
}
