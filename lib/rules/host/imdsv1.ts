import { launchData, usedLaunchTemplates } from '../reading/environments.ts';
import { fields, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const imdsv1: Rule = {
  id: 'imdsv1',
  what: 'hosts want a token for their metadata: jobs share the host’s network, so what can make them fetch a URL gets the host’s role',
  source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html',
  fix: 'MetadataOptions: { "HttpTokens": "required" }',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource => {
      const { HttpTokens } = fields(launchData(resource).MetadataOptions);
      return text(HttpTokens) === 'optional'
        ? [trouble(resource, HttpTokens, 'the host’s role is given without a token')]
        : [];
    }),
};
