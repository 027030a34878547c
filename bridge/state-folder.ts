import { Broken, reasonOf } from '../shared/support/errors.ts';
import { makeFolder } from '../shared/support/make-folder.ts';

/** Made before anything looks into it, so that a wrong setting stops the start with its name. Throws Broken. */
export async function makeStateFolder(folder: string): Promise<void> {
  await makeFolder(folder).catch((cause: unknown) => {
    throw new Broken('internal', `could not make GATE_STATE_FOLDER ${folder}: ${reasonOf(cause)}`, { cause });
  });
}
