const PUSH_PATH = /^\/api\/gate\/anpr-event(?:\/([^/?]{1,200}))?\/?(?:\?.*)?$/;

/** The token in a push's path, null when it has none; undefined when this is no webhook path at all. */
export function tokenInPath(path: string): string | null | undefined {
  const match = PUSH_PATH.exec(path);
  if (!match) return undefined;
  const segment = match[1];
  if (segment === undefined) return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
