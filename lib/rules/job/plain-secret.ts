import { environmentOf, jobContainers } from '../reading/containers.ts';
import { usedLaunchTemplates, userData } from '../reading/environments.ts';
import { isSecret, list, partialText, text, type Value } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

/** Names of secrets; not of where one is, or how long it lasts. */
const secretName =
  /(^|_)(SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)(_?KEY)?$/i;
/** ARNs, URLs, paths, names with a path, and flags: they say where a secret is, or whether there is one. */
const pointer = /^(arn:|[a-z0-9]+:\/\/|\/|\.|(true|false|required|optional|disabled)$|[\w.-]+(\/[\w.-]+)+$)/i;
/** Values that are secrets wherever they are. */
const secretValue =
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}|[a-z]:\/\/[^/\s:@]+:[^/\s:@]+@|\{\{resolve:(secretsmanager|ssm-secure):/;

export const plainSecret: Rule = {
  id: 'plain-secret',
  what: 'no secret is in a job definition’s environment or command, or in user data: everyone who may describe it reads it, in every revision',
  source: batchGuide('specifying-sensitive-data-secrets'),
  fix: 'Secrets: [{ Name, ValueFrom: <ARN of the secret> }], or let the job fetch it by its role; change the secret',
  check: template => [
    ...jobContainers(template).flatMap(({ resource, container }) => [
      ...environmentOf(container)
        .filter(({ name, value }) => isSecretPair(name, value))
        // The value is not shown again.
        .map(({ name }) => trouble(resource, name, 'a secret in plain text')),
      ...(list(container.Command) ?? [])
        .filter(each => isSecret(each) || secretValue.test(partialText(each) ?? ''))
        .map(() => trouble(resource, 'Command', 'a secret in plain text')),
    ]),
    ...usedLaunchTemplates(template)
      .filter(resource => secretValue.test(userData(resource) ?? ''))
      .map(resource => trouble(resource, 'UserData', 'a secret in plain text')),
  ],
};

function isSecretPair(name: string, value: Value | undefined): boolean {
  if (isSecret(value)) return true;
  if (secretValue.test(partialText(value) ?? '')) return true;
  const known = text(value);
  return known !== undefined && secretName.test(name) && known.length >= 8 && !pointer.test(known);
}
