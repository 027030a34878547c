// The API for a frontend: typed by its own document, with nothing of the rest of this project behind it.
import { asking, type GateClientOptions, type How } from './ask.ts';
import { operations } from './operations.ts';
import type { DetectionList, LiveView } from './schemas.ts';

export type { GateClientOptions } from './ask.ts';
export { GateProblem } from './gate-problem.ts';
export { GateUnreachable } from './gate-unreachable.ts';
export type * from './schemas.ts';

type Operations = ReturnType<typeof operations>;
export type DetectionSearch = Omit<NonNullable<Parameters<Operations['listDetections']>[0]>, 'cursor'>;

export type GateClient = Operations & {
  /** Page after page, newest first, until the last one or until the caller has enough. */
  detectionPages(search?: DetectionSearch, how?: How): AsyncGenerator<DetectionList, void>;
};

/**
 * One method for each operation of the document, by its `operationId`; see `Ask` for what they throw.
 * @throws TypeError when `baseUrl` is no http(s) URL, or has a query, a fragment or credentials
 */
export function gateClient(options: GateClientOptions): GateClient {
  const gate = operations(asking(options));

  async function* detectionPages(search: DetectionSearch = {}, how?: How): AsyncGenerator<DetectionList, void> {
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await gate.listDetections({ ...search, cursor }, how);
      yield page;
      cursor = page.cursor;
    }
  }

  return { ...gate, detectionPages };
}

/** For players that can send no header, such as a `<video src>`: the ticket stands in the query, good for one start. */
export function ticketUrls({ whep, hls, ticket }: LiveView): { whep: string; hls: string } {
  const query = `?ticket=${encodeURIComponent(ticket)}`;
  return { whep: whep + query, hls: hls + query };
}
