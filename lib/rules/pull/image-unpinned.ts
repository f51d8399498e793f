import { jobContainers } from '../reading/containers.ts';
import { hole, partialText } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

/** First words of tags that are another image after the next build. */
const moving =
  /^(latest|main|master|trunk|head|develop|development|dev|devel|edge|nightly|weekly|snapshot|stable|unstable|current|release|rolling|staging|test|testing|canary|prod|production)$/i;

export const imageUnpinned: Rule = {
  id: 'image-unpinned',
  what: 'an image has a tag that stays, or a digest: hosts pull when a job starts, so children of one array may run different programs',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html',
  fix: 'a version as tag, or @sha256:…',
  check: template =>
    jobContainers(template).flatMap(({ resource, container }) => {
      const name = partialText(container.Image)?.split('/').at(-1);
      if (!name || name.includes('@')) return [];
      const at = name.lastIndexOf(':');
      const tag = at < 0 ? undefined : name.slice(at + 1);
      // What is not known of a name may hold its tag; what is not known of a tag may be its version.
      if ((tag ?? name).includes(hole)) return [];
      if (tag === undefined) return [trouble(resource, container.Image, 'no tag, so latest')];
      return isMoving(tag) ? [trouble(resource, container.Image, `${tag} is another image tomorrow`)] : [];
    }),
};

/** `latest`, `main`, `latest-gpu`; not `main-3f9c2d1` nor `stable-1.2`, which a build or a version holds. */
function isMoving(tag: string): boolean {
  const [first = '', ...rest] = tag.split(/[-_.]/);
  const isHeld = /\d+\.\d+/.test(tag) || rest.some(each => /^(v?\d+|[0-9a-f]{7,40})$/.test(each));
  return moving.test(first) && !isHeld;
}
