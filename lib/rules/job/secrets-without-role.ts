import { counted } from '../../contract/workload/number-text.ts';
import { jobContainers } from '../reading/containers.ts';
import { fields, list } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const secretsWithoutRole: Rule = {
  id: 'secrets-without-role',
  what: 'a definition with secrets has an execution role, which fetches them: the job role is not there yet',
  source: batchGuide('specifying-sensitive-data-secrets'),
  fix: 'ExecutionRoleArn of a role that may read the secrets',
  check: template =>
    jobContainers(template).flatMap(({ resource, container, executionRole }) => {
      const secrets = [
        ...(list(container.Secrets) ?? []),
        ...(list(fields(container.LogConfiguration).SecretOptions) ?? []),
      ];
      return secrets.length > 0 && executionRole === undefined
        ? [trouble(resource, undefined, `no execution role for ${counted(secrets.length, 'secret')}`)]
        : [];
    }),
};
