import { attributesOf, defaultAttributes, parseAttributes } from '../../../jobs/vcf/attributes.ts';
import { readAttributesFile } from '../../../jobs/vcf/attributes-file.ts';
import { type DatasetMarker, datasetState, markerKey } from '../../../jobs/vcf/dataset.ts';
import { peekOf } from '../../../jobs/vcf/peek-of.ts';
import { refusedForStore } from '../../../jobs/vcf/refused-dataset.ts';
import { counted } from '../../../lib/contract/workload/number-text.ts';
import { type OpenDataset, openDataset } from '../open-dataset.ts';
import { rememberStart } from '../proof.ts';
import type { VcfWorld } from '../vcf-world.ts';

export interface Created {
  readonly made: boolean;
  readonly attributes: readonly string[];
  readonly listed: number;
  readonly tool: string;
}

/**
 * Makes the dataset where it is not there, and proves that it opens. Whether it is whole, our marker and `stat` decide, never the
 * exit code of create: that is 1 for a dataset that is there, and 0 for nothing that one could rely on.
 */
export async function createDataset(world: VcfWorld): Promise<Created> {
  const dataset = openDataset(world);
  const { tool, store, prefix, uri } = dataset;
  const { parameters } = world;
  const state = await datasetState(store, prefix);
  const refused = refusedForStore(uri, state);
  if (refused) throw new Error(`${refused.message}; ${refused.fix}`);
  const statistics = parameters['allele-frequencies'] === 'true';
  const version = await tool.version();
  const said =
    state.is === 'absent' ? await tool.create(await attributesFor(world, statistics), statistics) : undefined;
  const opened = await tool.stat();
  if ('refused' in opened) throw said ?? new Error(`the dataset ${uri} does not open: ${opened.refused}`);
  if (opened.format !== '4')
    throw new Error(
      `the dataset ${uri} is of format ${opened.format}: this tool registers samples of old formats only`,
    );
  const listed = await tool.list();
  refuseListed(listed, world);
  await rememberStart(world, dataset);
  if (state.is !== 'ours') {
    const marker: DatasetMarker = {
      version: 1,
      uri,
      createdAt: new Date(world.clock.now()).toISOString(),
      runId: world.runId,
      attributes: opened.attributes,
      statistics: await hasStatistics(dataset),
      tool: version,
    };
    await store.put(markerKey(prefix), JSON.stringify(marker), { contentType: 'application/json' });
  }
  return { made: state.is === 'absent', attributes: opened.attributes, listed: listed.length, tool: version };
}

/** Whoever made it: a repair leaves these arrays too high. */
async function hasStatistics({ store, prefix }: OpenDataset): Promise<boolean> {
  for (const array of ['allele_count/', 'variant_stats/', 'sample_stats/'])
    for await (const _ of store.list(`${prefix}${array}`, { limit: 1 })) return true;
  return false;
}

/** Names of the run that are there before it has stored any. */
function refuseListed(listed: readonly string[], { items, parameters }: VcfWorld): void {
  if (parameters.continue === 'true') return;
  const there = new Set(listed);
  const names = items.map(({ name, labels }) => labels?.sample ?? name).filter(name => there.has(name));
  if (names.length > 0)
    throw new Error(
      `${counted(names.length, { one: 'sample is', many: 'samples are' })} in the dataset already (${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}): submit with --continue, and those that are whole are left as they are`,
    );
}

async function attributesFor(
  { parameters, store, file, signal }: VcfWorld,
  statistics: boolean,
): Promise<readonly string[]> {
  const name = parameters['vcf-attributes'];
  let list = parameters.attributes ?? defaultAttributes;
  if (name !== undefined) {
    const header = await readAttributesFile(
      { name, body: await file('vcf-attributes') },
      peekOf(store, signal),
    );
    if (typeof header === 'string') throw new Error(`--vcf-attributes ${name} ${header}`);
    list = attributesOf(header);
  }
  const { names, problems } = parseAttributes(list, statistics);
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('; '));
  return names;
}
