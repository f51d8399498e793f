import { jobContainers } from '../reading/containers.ts';
import { hole, partialText } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const imageUnpinned: Rule = {
  id: 'image-unpinned',
  what: 'an image has a tag that stays, or a digest: hosts pull when a job starts, so children of one array may run different programs',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html',
  fix: 'a version as tag, or @sha256:…',
  check: template =>
    jobContainers(template).flatMap(({ resource, container }) => {
      const name = partialText(container.Image)?.split('/').at(-1);
      if (!name || name.includes(hole) || name.includes('@')) return [];
      const tag = name.split(':')[1];
      return tag === undefined || tag === 'latest'
        ? [trouble(resource, container.Image, tag ? 'latest is another image tomorrow' : 'no tag, so latest')]
        : [];
    }),
};
