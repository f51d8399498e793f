import { ofType, target } from '../reading/template.ts';
import { hole, isReference, partialText, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

const start = 'ecr-pullthroughcache/';

export const pullThroughSecret: Rule = {
  id: 'pull-through-secret',
  what: `a pull-through cache of Docker Hub has a secret, whose name begins with ${start}: ECR refuses any other`,
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html',
  fix: `CredentialArn of a secret named ${start}…, with username and accessToken`,
  check: template =>
    ofType(template, 'AWS::ECR::PullThroughCacheRule').flatMap(resource => {
      const { CredentialArn, UpstreamRegistryUrl } = resource.properties;
      if (CredentialArn === undefined)
        return text(UpstreamRegistryUrl) === 'registry-1.docker.io'
          ? [trouble(resource, undefined, 'Docker Hub without credentials')]
          : [];
      const secret = target(template, CredentialArn, 'AWS::SecretsManager::Secret');
      const name = isReference(CredentialArn)
        ? secret &&
          (secret.properties.Name === undefined ? '(made by CloudFormation)' : text(secret.properties.Name))
        : /:secret:(.+)$/.exec(partialText(CredentialArn) ?? '')?.[1];
      return name === undefined || name.startsWith(hole) || name.startsWith(start)
        ? []
        : [trouble(resource, name, `a secret whose name does not begin with ${start}`)];
    }),
};
