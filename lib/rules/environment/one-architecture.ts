import { ec2Environments } from '../reading/environments.ts';
import { hostArchitecture } from '../reading/host-type.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const oneArchitecture: Rule = {
  id: 'one-architecture',
  what: 'an environment has instance types of one architecture: `optimal` is x86, and CDK adds it to Graviton types unless told not to',
  source: batchApi('ComputeResource'),
  fix: 'one environment and queue for arm64, another for x86_64 (CDK: useOptimalInstanceClasses: false)',
  check: template =>
    ec2Environments(template).flatMap(({ resource, instanceTypes }) => {
      const of = (architecture: string) =>
        instanceTypes.filter(each => hostArchitecture(each) === architecture);
      const [arm, x86] = [of('arm64'), of('x86_64')];
      return arm.length > 0 && x86.length > 0
        ? [trouble(resource, [...arm, ...x86], `arm64 (${arm[0]}) and x86_64 (${x86[0]}) in one environment`)]
        : [];
    }),
};
