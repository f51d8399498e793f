import { join } from 'node:path';
import { build } from 'esbuild';
import { standInBundle } from '../contract/ports/stand-in.ts';
import { bundlePath } from '../contract/workload/metadata.ts';
import { ownModules } from './own-modules.ts';
import { shellVerbs } from './shell-verbs.ts';
import { writeWhole } from './write-whole.ts';

export interface Bundle {
  readonly context: string;
  readonly file: string;
  readonly bytes: number;
}

/** Packages that have no business in a container: CDK, and the SDK, whose start alone takes 70 ms. */
const forbidden = ['aws-cdk-lib', 'constructs', 'cdk-nag', '@aws-sdk/'];

/** Bundles `entrypoint.ts` of each image's folder into one file, once for all that share it. Throws when a forbidden package got in. */
export async function bundleWorkloads({
  projectRoot,
  contexts,
}: {
  projectRoot: string;
  /** Relative to the project: `containers/rapidtide`. */
  contexts: readonly string[];
}): Promise<Bundle[]> {
  return Promise.all(
    [...new Set(contexts)].map(async context => {
      const file = join(projectRoot, bundlePath(context));
      const contents = await bundleEntrypoint(projectRoot, join(context, 'entrypoint.ts'));
      await writeWhole(file, contents);
      return { context, file, bytes: contents.length };
    }),
  );
}

/** One file of an entrypoint, whose path is relative to the project, and all that it imports. Throws when a forbidden package got in. */
export async function bundleEntrypoint(projectRoot: string, entrypoint: string): Promise<Uint8Array> {
  const { metafile, outputFiles } = await build({
    write: false,
    entryPoints: [join(projectRoot, entrypoint)],
    absWorkingDir: projectRoot,
    outfile: 'bundle.mjs',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    plugins: [shellVerbs, ownModules],
    metafile: true,
    logLevel: 'silent',
  });
  refuseForbidden(entrypoint, Object.keys(metafile.inputs));
  return outputFiles[0]!.contents;
}

/** Bundles the harness with a stand-in for the tool, for the twin's own process. Answers its file. */
export async function bundleStandIn(projectRoot: string): Promise<string> {
  const file = join(projectRoot, standInBundle);
  const { metafile, outputFiles } = await build({
    write: false,
    entryPoints: [join(projectRoot, 'containers', 'runtime', 'stand-in.ts')],
    absWorkingDir: projectRoot,
    outfile: file,
    bundle: true,
    platform: 'node',
    // It is loaded into a process that runs, and under jest that cannot load a module.
    format: 'cjs',
    target: 'node24',
    plugins: [shellVerbs],
    metafile: true,
    logLevel: 'silent',
  });
  refuseForbidden('the stand-in', Object.keys(metafile.inputs));
  await writeWhole(file, outputFiles[0]!.contents);
  return file;
}

/** Throws when one of a bundle's inputs is of a forbidden package. */
export function refuseForbidden(workload: string, inputs: readonly string[]): void {
  const found = inputs.find(path => forbidden.some(name => path.includes(`node_modules/${name}`)));
  if (found)
    throw new Error(`the bundle of ${workload} holds ${found}; containers speak to AWS by lib/aws/wire`);
}
