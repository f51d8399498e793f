import { ofType, type RuleTemplate } from './template.ts';
import { partialText, text, type Value } from './value.ts';

/** The prefix of the template's pull-through cache that an image comes through; undefined where it comes through none. */
export function cachePrefixOf(template: RuleTemplate, image: Value | undefined): string | undefined {
  const [host = '', ...path] = partialText(image)?.split('/') ?? [];
  if (!/\.dkr[.-]ecr[.-]/.test(host)) return undefined;
  return ofType(template, 'AWS::ECR::PullThroughCacheRule')
    .flatMap(each => text(each.properties.EcrRepositoryPrefix) ?? [])
    .find(each => path.join('/').startsWith(`${each}/`));
}
