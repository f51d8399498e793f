import { type DatasetMarker, markerKey } from '../../jobs/vcf/dataset.ts';
import { parseFolder } from '../../jobs/vcf/s3-uri.ts';
import { datasetUri } from '../../jobs/vcf/specs/parameters.ts';
import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import { Tool } from './tool.ts';
import type { VcfWorld } from './vcf-world.ts';

export interface OpenDataset {
  readonly uri: string;
  /** Of its bucket. */
  readonly store: ObjectStore;
  /** With `/` at the end. */
  readonly prefix: string;
  readonly tool: Tool;
}

export function openDataset(world: VcfWorld): OpenDataset {
  const uri = datasetUri(world.parameters);
  const found = parseFolder(uri);
  if (!found) throw new Error(`--dataset-uri ${uri} is no folder of a bucket`);
  return {
    uri: found.uri,
    store: world.store(found.place.bucket),
    prefix: found.place.key,
    tool: new Tool(world.call, found.uri, world.folder, world.config),
  };
}

export async function readMarker({ store, prefix }: OpenDataset): Promise<DatasetMarker | undefined> {
  const body = await store.get(markerKey(prefix));
  return body && (JSON.parse(body.toString('utf8')) as DatasetMarker);
}
