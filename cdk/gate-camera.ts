import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { GateConfig } from './config.ts';
import { ApiStack } from './stacks/api.ts';
import { BridgeStack } from './stacks/bridge.ts';
import { DataStack } from './stacks/data.ts';
import { IngestStack } from './stacks/ingest.ts';
import { OpsStack } from './stacks/ops.ts';

export type GateStacks = { data: DataStack; ingest: IngestStack; api: ApiStack; bridge: BridgeStack; ops: OpsStack };

/** All stacks of one deployment, in the order of the data, checked by cdk-nag at synth unless told otherwise. */
export function gateCamera(app: App, config: GateConfig, { isChecked = true } = {}): GateStacks {
  if (isChecked) checked(app);
  Tags.of(app).add('system', config.name);
  const data = new DataStack(app, 'Data', config);
  const ingest = new IngestStack(app, 'Ingest', { config, data });
  const api = new ApiStack(app, 'Api', { config, data, ingest });
  const bridge = new BridgeStack(app, 'Bridge', { config, data, ingest });
  const ops = new OpsStack(app, 'Ops', { config, data, ingest, api, bridge });
  return { data, ingest, api, bridge, ops };
}

/** From now on a finding of cdk-nag that nobody has acknowledged, with a reason, stops the synth. */
export function checked(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
}
