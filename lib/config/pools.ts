import type { Pool } from '../spec/config.ts';
import { instanceType } from '../spec/instance-types.ts';
import { defaultPools, pool } from './default-pools.ts';
import type { PoolInput } from './define-lab.ts';
import { mapValues, type Say, unknownFields, whole } from './say.ts';

export function resolvePools(input: Readonly<Record<string, PoolInput>>): Record<string, Pool> {
  const own = mapValues(input, (each, name): Pool => {
    const architecture = each.architecture ?? defaultPools[name]?.architecture ?? 'x86_64';
    const base = pool(architecture, each.market ?? defaultPools[name]?.market ?? 'on-demand');
    return {
      ...base,
      ...(each.instanceTypes ? { instanceTypes: each.instanceTypes } : {}),
      ...(each.maxvCpus === undefined ? {} : { maxvCpus: each.maxvCpus }),
      scratch: { ...base.scratch, ...each.scratch },
    };
  });
  return { ...defaultPools, ...own };
}

export function checkPool(name: string, each: Pool, input: PoolInput | undefined, say: Say): void {
  const where = `pools.${name}`;
  if (input)
    unknownFields(
      input,
      ['architecture', 'market', 'instanceTypes', 'maxvCpus', 'scratch'],
      `${where}.`,
      say,
    );
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) say(where, 'is not a name', 'small letters, digits and -');
  for (const type of each.instanceTypes) {
    const facts = instanceType(type);
    if (!facts)
      say(
        `${where}.instanceTypes`,
        `${JSON.stringify(type)} is no instance type that Arraylab knows`,
        'families c, m, r and x, with a size, such as m7g.4xlarge',
      );
    else if (facts.architecture !== each.architecture)
      say(
        `${where}.instanceTypes`,
        `${type} is ${facts.architecture}, and the pool ${each.architecture}`,
        'one pool has one architecture: make a second pool',
      );
  }
  if (each.instanceTypes.length === 0) say(`${where}.instanceTypes`, 'is empty');
  whole(`${where}.maxvCpus`, each.maxvCpus, 1, 100_000, say);
  whole(`${where}.scratch.sizeGiB`, each.scratch.sizeGiB, 8, 16_384, say);
  whole(`${where}.scratch.iops`, each.scratch.iops, 3000, 16_000, say);
  whole(`${where}.scratch.throughputMiBps`, each.scratch.throughputMiBps, 125, 1000, say);
  // EC2 refuses more than 0.25 MiB/s an I/O operation a second: docs.aws.amazon.com/ebs, General Purpose SSD volumes.
  if (each.scratch.throughputMiBps * 4 > each.scratch.iops)
    say(
      `${where}.scratch.throughputMiBps`,
      `${each.scratch.throughputMiBps} MiB/s need ${each.scratch.throughputMiBps * 4} IOPS, and ${each.scratch.iops} are given`,
      `iops: ${each.scratch.throughputMiBps * 4}`,
    );
}
