/** There is no answer, or none that can be read: the request may have been served all the same. */
export class GateUnreachable extends Error {
  override readonly name = 'GateUnreachable';

  /** `asked`: method and path, never a header or the query. */
  constructor(asked: string, why: string, options: ErrorOptions) {
    super(`could not ask ${asked}: ${why}`, options);
  }
}
