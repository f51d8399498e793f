import { type App, Stage, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks, type NagPack, NIST80053R5Checks } from 'cdk-nag';
import { withListedKinds } from '../config/listed-kinds.ts';
import { imageStage } from '../contract/workload/baked-image.ts';
import type { Compliance, LabConfig } from '../contract/workload/config.ts';
import { stackName } from '../contract/workload/metadata.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import { ImageStack } from './baked-images/image-stack.ts';
import { batchRules } from './batch-rules.ts';
import { LabStack } from './lab-stack.ts';

/** The CDK app: the lab's stack, checked by cdk-nag, the pack that it is held to, and our own rules at every synth. */
export function buildApp(
  config: LabConfig,
  specs: readonly WorkloadSpec[],
  projectRoot: string,
  app: App,
): { readonly app: App; readonly stack: LabStack } {
  const name = stackName(config.name);
  const env = {
    region: config.region,
    ...(process.env.CDK_DEFAULT_ACCOUNT ? { account: process.env.CDK_DEFAULT_ACCOUNT } : {}),
  };
  const stack = new LabStack(app, name, {
    config,
    specs: specs.map(spec => withListedKinds(spec, config.workloads[spec.name])),
    projectRoot,
    stackName: name,
    env,
  });
  // In a stage of their own: cdk deploy means the lab's stack, and names these only where they are asked for.
  if (Object.keys(config.bakedImages).length > 0)
    new ImageStack(new Stage(app, imageStage), {
      lab: config.name,
      images: config.bakedImages,
      env,
    });
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app),
    ...compliancePacks(app, config.compliance),
    batchRules,
  );
  return { app, stack };
}

function compliancePacks(app: App, compliance: Compliance | undefined): NagPack[] {
  if (compliance === undefined) return [];
  return [compliance === 'hipaa' ? new HIPAASecurityChecks(app) : new NIST80053R5Checks(app)];
}
