import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workloads } from '../../jobs/index.ts';
import { bundleEntrypoint } from '../../lib/build/bundle.ts';
import { prepareTwin } from '../../lib/cli/twin/start.ts';
import { defineLab } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { startTwin } from '../../lib/twin/twin.ts';

/** `node serve.ts PROJECT FOLDER`: a twin in a process of its own, whose containers are the entrypoint that does nothing. */
const [projectRoot = '', folder = ''] = process.argv.slice(2);
const input = defineLab({ name: 'flows', workloads: { pypeliner: {} } });
const configFile = join(folder, 'lab.config.json');
await writeFile(configFile, JSON.stringify(input));
const config = resolveConfig(input, workloads);
const templates = join(projectRoot, '.lab', 'templates');
const place = { projectRoot, configFile, folder: join(folder, 'twin'), templates, tools: [] };
const template = await prepareTwin(place, config, () => undefined);
await mkdir(join(folder, 'dist/containers'), { recursive: true });
await writeFile(
  join(folder, 'dist/containers/pypeliner.mjs'),
  await bundleEntrypoint(projectRoot, 'bench/start-up/no-op.ts'),
);
const { url, keys, outputs, close } = await startTwin({
  folder: join(folder, 'twin'),
  // Where bundles are looked for.
  projectRoot: folder,
  region: config.region,
  template,
  datasetBuckets: [],
  node: process.execPath,
  tools: [],
});
process.once('message', async () => {
  await close();
  process.disconnect();
});
process.send!({ url, keys, outputs });
