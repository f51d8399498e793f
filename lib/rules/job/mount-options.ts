import { jobContainers } from '../reading/containers.ts';
import { fields, list, text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const mountOptions: Rule = {
  id: 'mount-options',
  what: 'a mount point’s path is a path: options behind a colon (:rshared) only work as long as the agent happens to join texts',
  source: batchApi('MountPoint'),
  fix: 'the path alone, and ReadOnly where it is meant',
  check: template =>
    jobContainers(template).flatMap(({ resource, container }) =>
      (list(container.MountPoints) ?? []).flatMap(each => {
        const path = text(fields(each).ContainerPath);
        return path?.includes(':') ? [trouble(resource, path, 'options in a path are not documented')] : [];
      }),
    ),
};
