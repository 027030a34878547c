// The example, or a configuration of the test's own, synthesised; without bundling.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { type GateConfig, readConfig } from './config.ts';
import { type GateStacks, gateCamera } from './gate-camera.ts';
import { ROOT } from './parts/bundle.ts';

const StackTemplate = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      DeletionPolicy: z.string().optional(),
      UpdateReplacePolicy: z.string().optional(),
      UpdatePolicy: z.unknown().optional(),
    }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});
export type StackTemplate = z.infer<typeof StackTemplate>;
export type Resource = { id: string } & StackTemplate['Resources'][string];
const StackName = ['Data', 'Ingest', 'Api', 'Bridge', 'Ops'] as const;
export type StackName = (typeof StackName)[number];

export type Synthesised = {
  config: GateConfig;
  stacks: GateStacks;
  template: (stack: StackName) => StackTemplate;
  /** Of one type, in one stack or all. */
  resources: (type: string, stack?: StackName) => Resource[];
  /** All templates as they are written. */
  text: string;
};

export function exampleConfig(over: Record<string, unknown> = {}): GateConfig {
  const example: unknown = JSON.parse(readFileSync(join(ROOT, 'cdk/example.config.json'), 'utf8'));
  return readConfig(JSON.stringify({ ...Object(example), ...over }), 'example.config.json');
}

/** CDK's own check of the templates. */
const TEMPLATE_CHECK = '@aws-cdk/core:validateAgainstDefaultRules';

let example: Synthesised | undefined;

/** The example, made once for all files of tests that share a worker. */
export function synthesised(): Synthesised {
  example ??= synthesise(exampleConfig());
  return example;
}

/** `isChecked`: throws what cdk-nag and CDK's own check find. They take seconds, so one file of tests has them run. */
export function synthesise(config: GateConfig, { isChecked = false } = {}): Synthesised {
  const outdir = mkdtempSync(join(tmpdir(), 'gate-cdk-'));
  try {
    return synthesisedIn(outdir, config, isChecked);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function synthesisedIn(outdir: string, config: GateConfig, isChecked: boolean): Synthesised {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  const app = new App({
    outdir,
    context: { ...context, [TEMPLATE_CHECK]: isChecked, 'aws:cdk:bundling-stacks': [] },
  });
  const stacks = gateCamera(app, config, { isChecked });
  app.synth();
  const texts = StackName.map((name) => readFileSync(join(outdir, `${name}.template.json`), 'utf8'));
  const templates = new Map(StackName.map((name, i) => [name, StackTemplate.parse(JSON.parse(texts[i] ?? ''))]));
  const template = (name: StackName) => templates.get(name) ?? { Resources: {}, Outputs: {} };
  return {
    config,
    stacks,
    template,
    resources: (type, stack) =>
      (stack ? [stack] : StackName).flatMap((name) =>
        Object.entries(template(name).Resources)
          .filter(([, resource]) => resource.Type === type)
          .map(([id, resource]) => ({ id, ...resource })),
      ),
    text: texts.join('\n'),
  };
}

/** What CloudFormation would make of it: references become readable text such as `<Table.Arn>`. */
export function rendered(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, inner] = ['', undefined]] = Object.entries(Object(value));
  if (name === 'Fn::Join' && Array.isArray(inner) && Array.isArray(inner[1]))
    return inner[1].map(rendered).join(String(inner[0]));
  if (name === 'Fn::GetAtt' && Array.isArray(inner)) return `<${inner.join('.')}>`;
  if (name === 'Fn::GetStackOutput') return `<${String(Object(inner).OutputName).replace(/^PublishOutput/, '')}>`;
  if (name === 'Fn::Base64') return rendered(inner);
  return name === 'Ref' ? `<${String(inner)}>` : JSON.stringify(value);
}
