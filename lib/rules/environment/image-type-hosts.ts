import { ec2Environments } from '../reading/environments.ts';
import { hostArchitecture } from '../reading/host-type.ts';
import { fields, list, text } from '../reading/value.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

const family = (type: string): string => type.split('.')[0]!;

/** Hosts that images of a type do not run on. */
const refused: ReadonlyMap<string, (type: string) => boolean> = new Map([
  ['ECS_AL2023', (type: string) => family(type) === 'a1'],
  [
    'ECS_AL2023_NVIDIA',
    (type: string) => /^(p3|p3dn|g3|g3s)$/.test(family(type)) || hostArchitecture(type) === 'arm64',
  ],
]);

export const imageTypeHosts: Rule = {
  id: 'image-type-hosts',
  what: 'the image type runs on the instance types beside it: AL2023 has none for a1, its NVIDIA image none for p3, g3 and Graviton',
  source: batchApi('Ec2Configuration'),
  fix: 'other instance types, or another image type in an environment of its own',
  check: template =>
    ec2Environments(template).flatMap(({ resource, compute, instanceTypes }) =>
      (list(compute.Ec2Configuration) ?? []).flatMap(image => {
        const type = text(fields(image).ImageType) ?? '';
        const bad = instanceTypes.filter(each => refused.get(type)?.(each));
        return bad.length > 0 ? [trouble(resource, bad, `${type} does not run on them`)] : [];
      }),
    ),
};
