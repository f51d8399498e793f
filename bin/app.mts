import { dirname, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { workloads } from '../jobs/index.ts';
import { bundleWorkloads } from '../lib/build/bundle.ts';
import { enabledContexts } from '../lib/build/contexts.ts';
import { loadConfig } from '../lib/config/load-config.ts';
import { overridesOf } from '../lib/config/overrides.ts';
import { resolveConfig } from '../lib/config/resolve-config.ts';
import { LabError } from '../lib/contract/workload/errors.ts';
import { buildApp } from '../lib/infra/lab-app.ts';

const projectRoot = dirname(import.meta.dirname);
try {
  const app = new App();
  const input = await loadConfig(app.node.tryGetContext('config') ?? join(projectRoot, 'lab.config.ts'));
  const overrides = overridesOf(app.node.getAllContext());
  const config = resolveConfig(input, workloads, overrides);
  // Images hold the bundles: whatever is deployed, and by which command, it is never an old one.
  await bundleWorkloads({ projectRoot, contexts: enabledContexts(workloads, config) });
  buildApp(config, workloads, projectRoot, app).app.synth();
} catch (error) {
  // A person's mistake needs no stack trace.
  if (!(error instanceof LabError)) throw error;
  console.error(error.message);
  process.exit(error.exitCode);
}
