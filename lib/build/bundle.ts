import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundlePath } from '../spec/metadata.ts';

export interface Bundle {
  readonly workload: string;
  readonly file: string;
  readonly bytes: number;
}

/** Packages that have no business in a container: CDK, and the SDK, whose start alone takes 70 ms. */
const forbidden = ['aws-cdk-lib', 'constructs', 'cdk-nag', '@aws-sdk/'];

/** Bundles each workload's `containers/<name>/entrypoint.ts` into one file. Throws when a forbidden package got in. */
export async function bundleWorkloads({
  projectRoot,
  workloads,
}: {
  projectRoot: string;
  workloads: readonly string[];
}): Promise<Bundle[]> {
  return Promise.all(
    workloads.map(async workload => {
      const file = join(projectRoot, bundlePath(workload));
      const { metafile } = await build({
        entryPoints: [join(projectRoot, 'containers', workload, 'entrypoint.ts')],
        absWorkingDir: projectRoot,
        outfile: file,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node24',
        minify: true,
        metafile: true,
        logLevel: 'silent',
      });
      refuseForbidden(workload, Object.keys(metafile.inputs));
      return { workload, file, bytes: (await stat(file)).size };
    }),
  );
}

/** Throws when one of a bundle's inputs is of a forbidden package. */
export function refuseForbidden(workload: string, inputs: readonly string[]): void {
  const found = inputs.find(path => forbidden.some(name => path.includes(`node_modules/${name}`)));
  if (found)
    throw new Error(`the bundle of ${workload} holds ${found}; containers speak to AWS by lib/aws/wire`);
}
