// `npx cdk synth`, `npx cdk diff`, `npx cdk deploy --all`: reads the configuration and makes the stacks.
import { App } from 'aws-cdk-lib';
import { reasonOf } from '../shared/support/errors.ts';
import { gateCamera } from './gate-camera.ts';
import { exampleWarning, readDeployment } from './read-deployment.ts';

try {
  const app = new App();
  const named: unknown = app.node.tryGetContext('config');
  const { config, path } = readDeployment(typeof named === 'string' ? named : undefined);
  const warning = exampleWarning(path);
  if (warning !== null) console.error(warning);
  gateCamera(app, config);
} catch (thrown) {
  // One sentence for each mistake; the stack would only bury it.
  console.error(reasonOf(thrown));
  process.exitCode = 1;
}
