import { App } from 'aws-cdk-lib';
import { cdkContext } from './project.ts';

/**
 * An app as cdk makes it, whose assets stay where they are: the template and their digests are the same, and no synth copies the
 * folder of each image. That cdk's own takes them along, rules/our-stack.test.ts sees. Nor does it note where each construct was made.
 */
export const cdkApp = (outdir: string, context: Readonly<Record<string, unknown>> = {}): App =>
  new App({
    outdir,
    treeMetadata: false,
    context: {
      ...cdkContext,
      ...context,
      'aws:cdk:disable-asset-staging': true,
      'aws:cdk:disable-creation-stack-traces': true,
    },
  });
