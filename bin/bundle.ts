import { dirname } from 'node:path';
import { workloads } from '../jobs/index.ts';
import { bundleWorkloads } from '../lib/build/bundle.ts';

const bundles = await bundleWorkloads({
  projectRoot: dirname(import.meta.dirname),
  workloads: workloads.map(spec => spec.name),
});
for (const { workload, bytes } of bundles)
  console.log(`${workload.padEnd(16)} ${(bytes / 1000).toFixed(1)} kB`);
