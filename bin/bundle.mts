import { dirname } from 'node:path';
import { workloads } from '../jobs/index.ts';
import { bundleWorkloads } from '../lib/build/bundle.ts';
import { contextsOf } from '../lib/build/contexts.ts';
import { refuseWords } from './no-words.mts';

refuseWords('bundle');
const bundles = await bundleWorkloads({
  projectRoot: dirname(import.meta.dirname),
  contexts: contextsOf(workloads),
});
for (const { context, bytes } of bundles)
  console.log(`${context.padEnd(28)} ${(bytes / 1000).toFixed(1)} kB`);
