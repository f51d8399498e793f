import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workloads } from '../../jobs/index.ts';
import { bundleEntrypoint } from '../../lib/build/bundle.ts';
import { serverFile, stateFolder } from '../../lib/cli/twin/folder.ts';
import { prepareTwin } from '../../lib/cli/twin/start.ts';
import { defineLab } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { startTwin } from '../../lib/twin/twin.ts';

/**
 * `node serve.ts PROJECT FOLDER`: a twin in a process of its own, whose containers are the entrypoint that does nothing. `lab --local` finds
 * it by the folder's lab.config.json and `twin`.
 */
const [projectRoot = '', folder = ''] = process.argv.slice(2);
const dataset = 'inputs';
const input = defineLab({
  name: 'flows',
  datasets: { inputs: { bucket: dataset, access: 'public' } },
  workloads: { pypeliner: {}, rapidtide: { datasets: { '/data_in': 'inputs' } } },
});
const configFile = join(folder, 'lab.config.json');
await writeFile(configFile, JSON.stringify(input));
const config = resolveConfig(input, workloads);
const templates = join(projectRoot, '.lab', 'templates');
const place = { projectRoot, configFile, folder: join(folder, 'twin'), templates, tools: [] };
const template = await prepareTwin(place, config, () => undefined);
const noOp = await bundleEntrypoint(projectRoot, 'bench/start-up/no-op.ts');
await mkdir(join(folder, 'dist/containers'), { recursive: true });
for (const name of ['pypeliner', 'rapidtide'])
  await writeFile(join(folder, 'dist/containers', `${name}.mjs`), noOp);
// What a submission looks at.
await mkdir(join(stateFolder(place), 's3', dataset), { recursive: true });
await writeFile(join(stateFolder(place), 's3', dataset, 'README'), 'inputs\n');
const twin = await startTwin({
  folder: stateFolder(place),
  // Where bundles are looked for.
  projectRoot: folder,
  region: config.region,
  template,
  datasetBuckets: [dataset],
  publicBuckets: [dataset],
  node: process.execPath,
  tools: [],
});
const { url, keys, outputs } = twin;
const server = { url, keys, outputs, pid: process.pid, lab: config.name, region: config.region, tools: [] };
await writeFile(serverFile(place), JSON.stringify(server));
process.once('message', async () => {
  await twin.close();
  process.disconnect();
});
process.send!({ url, keys, outputs });
