import {
  paginateGetResources,
  type ResourceGroupsTaggingAPIClient,
  type ResourceTagMapping,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { tagNames } from '../../contract/workload/metadata.ts';

/** What has the lab's tag, of these types (`s3`, `kms:key`). The tags of what is gone stay listed a while. */
export async function taggedResources(
  client: ResourceGroupsTaggingAPIClient,
  lab: string,
  types: readonly string[],
): Promise<ResourceTagMapping[]> {
  const found: ResourceTagMapping[] = [];
  const asked = { TagFilters: [{ Key: tagNames.lab, Values: [lab] }], ResourceTypeFilters: [...types] };
  for await (const page of paginateGetResources({ client }, asked))
    found.push(...(page.ResourceTagMappingList ?? []));
  return found;
}
