import { ec2Environments } from '../reading/environments.ts';
import { isReference, text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const launchTemplateVersion: Rule = {
  id: 'launch-template-version',
  what: 'an environment pins the version of its launch template: otherwise it stays with version 1, and no change of scratch or user data ever reaches a host',
  source: batchApi('LaunchTemplateSpecification'),
  fix: 'Version: { "Fn::GetAtt": [<the launch template>, "LatestVersionNumber"] }',
  check: template =>
    ec2Environments(template).flatMap(({ resource, launchTemplates }) =>
      launchTemplates.flatMap(({ specification: { Version }, resource: launch }) => {
        // A template that is not here has no attribute to ask.
        const fix = launch ? undefined : 'Version: the number, or a parameter for it';
        if (Version === undefined)
          return [trouble(resource, undefined, 'no version, so $Default: always version 1', fix)];
        if (/^\$(default|latest)$/i.test(text(Version) ?? ''))
          return [
            trouble(resource, Version, 'only looked at when something else of the environment changes', fix),
          ];
        if (!isReference(Version)) return [];
        if (Version.attribute === 'DefaultVersionNumber')
          return [trouble(resource, Version, 'CloudFormation never moves the default version: always 1')];
        return launch && Version.id !== launch.id
          ? [trouble(resource, Version, `the version of another launch template than ${launch.id}`)]
          : [];
      }),
    ),
};
