import { isFargate, jobContainers, requirement } from '../reading/containers.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

export const resourcesMissing: Rule = {
  id: 'resources-missing',
  what: 'a container asks for memory (4 MiB at least) and vCPUs (whole ones, but on Fargate): Batch refuses it otherwise, at the first job',
  source: batchApi('ResourceRequirement'),
  fix: 'ResourceRequirements with MEMORY in MiB and VCPU',
  check: template =>
    jobContainers(template).flatMap(({ resource, container }) => {
      const memory = requirement(container, 'MEMORY');
      const vcpus = requirement(container, 'VCPU');
      return [
        ...(memory === undefined || (memory !== 'unknown' && memory < 4)
          ? [trouble(resource, memory, 'memory: 4 MiB is the least')]
          : []),
        ...(vcpus === undefined ||
        (vcpus !== 'unknown' && !isFargate(resource) && (vcpus < 1 || !Number.isInteger(vcpus)))
          ? [trouble(resource, vcpus, 'vCPUs: whole ones, 1 at least')]
          : []),
      ];
    }),
};
