import type { AppRun, RunApp } from '../../lib/build/run-app.ts';

/**
 * What bin/app.mts does, in the worker's own process: to load the CDK and what it checks templates with takes twenty times as long
 * as a synth. Tests of the app itself (rules/our-stack, build/synthesize) and the quickstart start a process.
 */
export const appInProcess: RunApp = async (source, outdir): Promise<AppRun> => {
  const { App } = await import('aws-cdk-lib');
  const { workloads } = await import('../../jobs/index.ts');
  const { bundleWorkloads } = await import('../../lib/build/bundle.ts');
  const { appContext } = await import('../../lib/build/run-app.ts');
  const { loadConfig } = await import('../../lib/config/load-config.ts');
  const { overridesOf } = await import('../../lib/config/overrides.ts');
  const { resolveConfig } = await import('../../lib/config/resolve-config.ts');
  const { buildApp } = await import('../../lib/infra/lab-app.ts');
  const { projectRoot, configFile, contexts } = source;
  const app = new App({
    outdir,
    context: await appContext(source),
    builtinCloudFormationValidation: false,
  });
  const config = resolveConfig(
    await loadConfig(configFile),
    workloads,
    overridesOf(app.node.getAllContext()),
  );
  await bundleWorkloads({ projectRoot, contexts });
  buildApp(config, workloads, projectRoot, app).app.synth();
  return { code: 0, by: null, text: '' };
};
