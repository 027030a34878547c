// Lists of the control API with their pages, and its errors.
import { type Answer, json } from '../http/front.ts';

const DEFAULT_PER_PAGE = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Answered as JSON with its status, and printed. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function listAnswer(items: readonly object[], query: URLSearchParams): Answer {
  const perPage = wholeNumber(query.get('itemsPerPage'), DEFAULT_PER_PAGE);
  const page = wholeNumber(query.get('page'), 0);
  if (perPage === 0) throw new ApiError(400, 'invalid items per page');
  const shown = items.slice(page * perPage, (page + 1) * perPage);
  return json(200, { itemCount: items.length, pageCount: Math.ceil(items.length / perPage), items: shown });
}

/** @throws ApiError 400 for no id, 404 for none of `items` */
export function byId<T extends { id: string }>(items: readonly T[], id: string): T {
  if (!UUID.test(id)) throw new ApiError(400, `invalid UUID length: ${id.length}`);
  const found = items.find((item) => item.id === id);
  if (found === undefined) throw new ApiError(404, 'session not found');
  return found;
}

function wholeNumber(text: string | null, byDefault: number): number {
  if (text === null || text === '') return byDefault;
  if (!/^\d{1,9}$/.test(text)) throw new ApiError(400, `strconv.ParseUint: parsing "${text}": invalid syntax`);
  return Number(text);
}
