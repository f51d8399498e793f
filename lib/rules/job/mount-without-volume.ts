import { jobContainers } from '../reading/containers.ts';
import { fields, list, text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const mountWithoutVolume: Rule = {
  id: 'mount-without-volume',
  what: 'a mount point names a volume of its job definition: Batch refuses another, and no linter knows',
  source: batchApi('MountPoint'),
  fix: 'a volume with that Name, or the name of one that is there',
  check: template =>
    jobContainers(template).flatMap(({ resource, container, volumes }) => {
      const names = volumes?.map(each => text(fields(each).Name));
      if (!names?.every(each => each !== undefined)) return [];
      return (list(container.MountPoints) ?? []).flatMap(each => {
        const source = text(fields(each).SourceVolume);
        return source === undefined || names.includes(source)
          ? []
          : [trouble(resource, source, `no volume has that name (${names.join(', ') || 'there is none'})`)];
      });
    }),
};
