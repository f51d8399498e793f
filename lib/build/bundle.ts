import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundlePath } from '../spec/metadata.ts';
import { standInBundle } from '../spec/stand-in.ts';

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

/** Bundles the harness with a stand-in for the tool, for the twin's own process. Answers its file. */
export async function bundleStandIn(projectRoot: string): Promise<string> {
  const file = join(projectRoot, standInBundle);
  const { metafile } = await build({
    entryPoints: [join(projectRoot, 'containers', 'runtime', 'stand-in.ts')],
    absWorkingDir: projectRoot,
    outfile: file,
    bundle: true,
    platform: 'node',
    // It is loaded into a process that runs, and under jest that cannot load a module.
    format: 'cjs',
    target: 'node24',
    metafile: true,
    logLevel: 'silent',
  });
  refuseForbidden('the stand-in', Object.keys(metafile.inputs));
  return file;
}

/** Throws when one of a bundle's inputs is of a forbidden package. */
export function refuseForbidden(workload: string, inputs: readonly string[]): void {
  const found = inputs.find(path => forbidden.some(name => path.includes(`node_modules/${name}`)));
  if (found)
    throw new Error(`the bundle of ${workload} holds ${found}; containers speak to AWS by lib/aws/wire`);
}
