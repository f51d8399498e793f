import { dirname } from 'node:path';
import { workloads } from '../jobs/index.ts';
import { bundleWorkloads } from '../lib/build/bundle.ts';

const bundles = await bundleWorkloads({
  projectRoot: dirname(import.meta.dirname),
  contexts: workloads.map(spec => spec.image.context),
});
for (const { context, bytes } of bundles)
  console.log(`${context.padEnd(28)} ${(bytes / 1000).toFixed(1)} kB`);
