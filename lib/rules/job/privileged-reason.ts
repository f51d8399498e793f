import { metadataNames } from '../../contract/workload/metadata.ts';
import { jobContainers } from '../reading/containers.ts';
import { fields, flag, isKnown, text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

/** For definitions that have no metadata. */
const reasonTag = 'arraylab:privileged';

export const privilegedReason: Rule = {
  id: 'privileged-reason',
  what: 'a privileged container says why: it is root on its host, and reaches the host’s role',
  source: batchApi('ContainerProperties'),
  fix: `no Privileged; or the reason in Metadata.${metadataNames.privileged} or the tag ${reasonTag}`,
  check: template =>
    jobContainers(template).flatMap(({ resource, container }) => {
      if (!flag(container.Privileged) || !isKnown(resource.properties.Tags)) return [];
      const why = [resource.metadata[metadataNames.privileged], fields(resource.properties.Tags)[reasonTag]];
      return why.some(each => text(each)?.trim())
        ? []
        : [trouble(resource, container.Privileged, 'privileged, and nobody says why')];
    }),
};
