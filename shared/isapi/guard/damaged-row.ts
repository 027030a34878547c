import { Broken } from '../../support/errors.ts';

type Damage = { path: string; version: number; what: string };

/** A row's file is there, but holds no row: truncated, empty, or anything else. */
export class DamagedRow extends Broken {
  readonly path: string;
  /** By the file's name, which no damage inside can change. */
  readonly version: number;
  readonly what: string;

  constructor({ path, version, what }: Damage, options?: { cause?: unknown }) {
    const remedy =
      'delete it only when the right password is known to be configured: its bad logins are forgotten then';
    super('internal', `could not read the guard's row in ${path}: ${what}; ${remedy}`, options);
    this.path = path;
    this.version = version;
    this.what = what;
  }
}
