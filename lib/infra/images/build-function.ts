import { join } from 'node:path';
import { AssetHashType, DockerImage, Duration } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { type CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';

export interface BuildFunctionProps {
  readonly projectRoot: string;
  readonly role: IRole;
  readonly logGroup: ILogGroup;
}

/** The function of `lib/infra/lambda`, bundled at synth: a few kilobytes, and nothing of the SDK. */
export const buildFunction = (scope: Construct, id: string, props: BuildFunctionProps): LambdaFunction => {
  const made = new LambdaFunction(scope, id, {
    description: 'Builds images of array jobs while a deploy waits',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromAsset(join(props.projectRoot, 'lib/infra/lambda'), {
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // Never asked: the bundle is made here.
        image: DockerImage.fromRegistry('none'),
        local: {
          tryBundle(folder) {
            bundleFunction(props.projectRoot, folder);
            return true;
          },
        },
      },
    }),
    role: props.role,
    logGroup: props.logGroup,
    memorySize: 256,
    // A new account builds one thing at a time: a start may have to wait for the one before it.
    timeout: Duration.minutes(15),
  });
  // CDK says twice that the role comes first.
  (made.node.defaultChild as CfnFunction).addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
  return made;
};

/** Writes `index.mjs`, the same for the same source wherever it is made. */
export function bundleFunction(projectRoot: string, folder: string): void {
  buildSync({
    entryPoints: [join(projectRoot, 'lib/infra/lambda/index.ts')],
    absWorkingDir: projectRoot,
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'silent',
  });
}
