import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GateConfig, readConfig } from './config.ts';
import { ROOT } from './parts/bundle.ts';

const OWN = 'gate-camera.config.json';
const EXAMPLE = 'cdk/example.config.json';

/**
 * The configuration `named`, else the deployment's own, else the example, which deploys to nobody's gate. `path` tells
 * which it is.
 * @throws Rejected `invalid_request` with a sentence for each mistake; what the file system says of a named file
 */
export function readDeployment(named?: string): { config: GateConfig; path: string } {
  const path = named ?? OWN;
  try {
    return { config: readConfig(readFileSync(named ?? join(ROOT, OWN), 'utf8'), path), path };
  } catch (thrown) {
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    if (named !== undefined || !isMissing) throw thrown;
    return { config: readConfig(readFileSync(join(ROOT, EXAMPLE), 'utf8'), EXAMPLE), path: EXAMPLE };
  }
}

/** To be said where the example stands in for a configuration that is not there. */
export function exampleWarning(path: string): string | null {
  return path === EXAMPLE ? `there is no ${OWN}: this is ${EXAMPLE}; copy it and put your camera in` : null;
}
