// The example, or a configuration of the test's own, synthesised once for a file of tests; without bundling.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll } from 'vitest';
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

/** CDK's own check of the templates takes seconds: one file of tests has it run for all. cdk-nag's packs always run. */
const TEMPLATE_CHECK = '@aws-cdk/core:validateAgainstDefaultRules';

/** Throws what cdk-nag, and CDK's own check where it is asked for, find. */
export function synthesised(config: GateConfig = exampleConfig(), { templateCheck = false } = {}): Synthesised {
  const outdir = mkdtempSync(join(tmpdir(), 'gate-cdk-'));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  const app = new App({
    outdir,
    context: { ...context, [TEMPLATE_CHECK]: templateCheck, 'aws:cdk:bundling-stacks': [] },
  });
  const stacks = gateCamera(app, config);
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
