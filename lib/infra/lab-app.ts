import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { LabConfig } from '../spec/config.ts';
import { stackName } from '../spec/metadata.ts';
import type { WorkloadSpec } from '../spec/workload.ts';
import { batchRules } from './batch-rules.ts';
import { LabStack } from './lab-stack.ts';

/** The CDK app: the lab's stack, checked by cdk-nag and our own rules at every synth. */
export function buildApp(
  config: LabConfig,
  specs: readonly WorkloadSpec[],
  projectRoot: string,
  app = new App(),
): { readonly app: App; readonly stack: LabStack } {
  const name = stackName(config.name);
  const stack = new LabStack(app, name, {
    config,
    specs,
    projectRoot,
    stackName: name,
    env: {
      region: config.region,
      ...(process.env.CDK_DEFAULT_ACCOUNT ? { account: process.env.CDK_DEFAULT_ACCOUNT } : {}),
    },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), batchRules);
  return { app, stack };
}
