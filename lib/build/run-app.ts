import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabSource } from './inputs.ts';

export interface AppRun {
  readonly code: number | null;
  readonly by: NodeJS.Signals | null;
  /** What it said, on either stream. */
  readonly text: string;
}

/**
 * Runs the CDK app into `outdir` as cdk does, without cdk: the same templates byte for byte, in less time, and without asking AWS
 * whose account this is. Nor does CDK validate them against CloudFormation's schemas, which takes longer than all else and is asked
 * of what is deployed.
 */
export async function runApp(source: LabSource, outdir: string): Promise<AppRun> {
  const { projectRoot } = source;
  const context = await appContext(source);
  const { CDK_DEFAULT_ACCOUNT: _account, CDK_DEFAULT_REGION: _region, ...environment } = process.env;
  const child = spawn(process.execPath, [join(projectRoot, 'bin', 'app.mjs')], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      CDK_VALIDATION: 'false',
      ...environment,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (text += chunk));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, by) => done({ code, by, text }));
  });
}

export type RunApp = typeof runApp;

/** What cdk tells the app: the flags of cdk.json, whose lab it is, and what its command line adds. */
export async function appContext(source: LabSource): Promise<Readonly<Record<string, unknown>>> {
  const { context } = JSON.parse(await readFile(join(source.projectRoot, 'cdk.json'), 'utf8')) as {
    readonly context: object;
  };
  return {
    ...context,
    lab: source.lab,
    config: source.configFile,
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
    'aws:cdk:disable-version-reporting': true,
    'aws:cdk:bundling-stacks': ['**'],
  };
}
