import { requirement } from '../reading/containers.ts';
import { fargateContainers } from '../reading/fargate.ts';
import { batchApi, type Rule, trouble } from '../rule.ts';

/** MiB that go with a number of vCPUs: from, to, in steps of. */
const sizes: ReadonlyMap<number, { readonly from: number; readonly to: number; readonly step: number }> =
  new Map([
    [0.25, { from: 512, to: 2048, step: 512 }],
    [0.5, { from: 1024, to: 4096, step: 1024 }],
    [1, { from: 2048, to: 8192, step: 1024 }],
    [2, { from: 4096, to: 16_384, step: 1024 }],
    [4, { from: 8192, to: 30_720, step: 1024 }],
    [8, { from: 16_384, to: 61_440, step: 4096 }],
    [16, { from: 32_768, to: 122_880, step: 8192 }],
  ]);

export const fargateSize: Rule = {
  id: 'fargate-size',
  what: 'vCPUs and memory of a job on Fargate are a pair that Fargate has: Batch refuses the definition otherwise',
  source: batchApi('ResourceRequirement'),
  fix: 'one of 0.25 vCPU with 512, 1024 or 2048 MiB; 0.5 with 1-4 GiB, 1 with 2-8, 2 with 4-16, 4 with 8-30 in whole GiB; 8 with 16-60 in steps of 4 GiB, 16 with 32-120 in steps of 8',
  check: template => {
    const all = fargateContainers(template);
    // Of several containers the sum counts, and each may say a part.
    const alone = all.filter(({ resource }) => all.filter(each => each.resource === resource).length === 1);
    return alone.flatMap(({ resource, container }) => {
      const [vcpus, memoryMiB] = [requirement(container, 'VCPU'), requirement(container, 'MEMORY')];
      if (typeof vcpus !== 'number' || typeof memoryMiB !== 'number') return [];
      const pair = `${vcpus} vCPU with ${memoryMiB} MiB`;
      const range = sizes.get(vcpus);
      if (!range) return [trouble(resource, pair, `Fargate has no ${vcpus} vCPU`)];
      const { from, to, step } = range;
      return memoryMiB < from ||
        memoryMiB > to ||
        memoryMiB % step !== 0 ||
        // 1,536 MiB with a quarter of a vCPU is in no list.
        (vcpus === 0.25 && memoryMiB === 1536)
        ? [
            trouble(
              resource,
              pair,
              `with ${vcpus} vCPU Fargate has ${from} to ${to} MiB, in steps of ${step}`,
            ),
          ]
        : [];
    });
  },
};
