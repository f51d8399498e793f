import { ec2Environments } from '../reading/environments.ts';
import { hostArchitecture } from '../reading/host-type.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const optimalMixed: Rule = {
  id: 'optimal-mixed',
  what: '`optimal` stands alone: beside named types it adds hosts of other families and sizes, and CDK adds it unless told not to',
  source: batchApi('ComputeResource'),
  fix: 'the instance types that you mean, or `optimal` alone (CDK: useOptimalInstanceClasses: false)',
  check: template =>
    ec2Environments(template).flatMap(({ resource, instanceTypes }) => {
      // Beside arm64 it is one-architecture's to tell.
      const named = instanceTypes.filter(each => each !== 'optimal' && hostArchitecture(each) !== 'arm64');
      const arm = instanceTypes.some(each => hostArchitecture(each) === 'arm64');
      return instanceTypes.includes('optimal') && named.length > 0 && !arm
        ? [trouble(resource, instanceTypes, 'optimal beside named types: hosts that nobody named')]
        : [];
    }),
};
