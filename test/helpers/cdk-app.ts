import { App } from 'aws-cdk-lib';
import { cdkContext } from './project.ts';
import { isWhole } from './runs.ts';

export interface CdkAppOptions {
  readonly context?: Readonly<Record<string, unknown>>;
  /** Whether CDK holds each template to CloudFormation's schemas, which takes as long as the synth. @default where nothing is left out */
  readonly isValidated?: boolean;
}

/**
 * An app as cdk makes it, whose assets stay where they are: the template and their digests are the same, and no synth copies the
 * folder of each image. That cdk's own takes them along, rules/our-stack.test.ts sees. Nor does it note where each construct was made.
 */
export const cdkApp = (outdir?: string, { context = {}, isValidated = isWhole }: CdkAppOptions = {}): App =>
  new App({
    ...(outdir === undefined ? {} : { outdir }),
    treeMetadata: false,
    builtinCloudFormationValidation: isValidated,
    context: {
      ...cdkContext,
      ...context,
      'aws:cdk:disable-asset-staging': true,
      'aws:cdk:disable-creation-stack-traces': true,
    },
  });
