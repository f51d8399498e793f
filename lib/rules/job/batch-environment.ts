import { environmentOf, jobContainers, secretNames } from '../reading/containers.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const batchEnvironment: Rule = {
  id: 'batch-environment',
  what: 'names that begin with AWS_BATCH are Batch’s: it refuses the definition, and no linter knows',
  source: batchApi('ContainerProperties'),
  fix: 'another name',
  check: template =>
    jobContainers(template).flatMap(({ resource, container }) =>
      [...environmentOf(container).map(each => each.name), ...secretNames(container)]
        .filter(name => name.startsWith('AWS_BATCH'))
        .map(name => trouble(resource, name, 'a name that Batch keeps for itself')),
    ),
};
