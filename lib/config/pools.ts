import { instanceStoreFamilies } from '../contract/hosts/instance-store.ts';
import { instanceType } from '../contract/hosts/instance-types.ts';
import { bakedImageParameter, bakedPrefix } from '../contract/workload/baked-image.ts';
import { allocationStrategies, type Pool, type Scratch } from '../contract/workload/config.ts';
import { defaultPools, gp3, io2, pool } from './default-pools.ts';
import type { PoolInput } from './define-lab.ts';
import { mapValues, type Say, unknownFields, whole } from './say.ts';
import { checkVolume } from './scratch-volume.ts';

export function resolvePools(input: Readonly<Record<string, PoolInput>>, lab: string): Record<string, Pool> {
  return { ...defaultPools, ...mapValues(input, (each, name) => resolvePool(each, defaultPools[name], lab)) };
}

function resolvePool(input: PoolInput, known: Pool | undefined, lab: string): Pool {
  const scratch = resolveScratch(input.scratch ?? known?.scratch);
  const base = pool(
    input.architecture ?? known?.architecture ?? 'x86_64',
    input.market ?? known?.market ?? 'on-demand',
    scratch === 'instance-store',
  );
  const { instanceTypes, maxvCpus, allocationStrategy, spillToOnDemand, rootGiB, dockerOnScratch, image } =
    input;
  return {
    ...base,
    scratch,
    // One name is a list of one; what is no name is told as no type.
    ...(instanceTypes
      ? {
          instanceTypes: [instanceTypes]
            .flat()
            .map(each => (typeof each === 'string' ? each : JSON.stringify(each))),
        }
      : {}),
    ...(maxvCpus === undefined ? {} : { maxvCpus }),
    ...(allocationStrategy ? { allocationStrategy } : {}),
    ...(spillToOnDemand === undefined ? {} : { spillToOnDemand }),
    ...(rootGiB === undefined ? {} : { rootGiB }),
    ...(dockerOnScratch === undefined ? {} : { dockerOnScratch }),
    ...(image === undefined ? {} : { image: imageOf(image, lab) }),
  };
}

/** A baked one is the parameter that has its newest id. */
function imageOf(image: string, lab: string): string {
  const isBaked = typeof image === 'string' && image.startsWith(bakedPrefix);
  return isBaked ? bakedImageParameter(lab, image.slice(bakedPrefix.length)) : image;
}

function resolveScratch(input: PoolInput['scratch']): Scratch {
  if (input === undefined) return gp3;
  if (typeof input !== 'object' || input === null) return input;
  return input.type === 'io2'
    ? { ...io2, ...input, type: 'io2' }
    : { ...gp3, ...input, type: input.type ?? 'gp3' };
}

const poolFields: readonly (keyof PoolInput)[] = [
  'architecture',
  'market',
  'instanceTypes',
  'maxvCpus',
  'allocationStrategy',
  'spillToOnDemand',
  'rootGiB',
  'scratch',
  'dockerOnScratch',
  'image',
];

export function checkPool(name: string, each: Pool, input: PoolInput | undefined, say: Say): void {
  const where = `pools.${name}`;
  if (input) unknownFields(input, poolFields, `${where}.`, say);
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) say(where, 'is not a name', 'small letters, digits and -');
  const hasArchitecture = oneOf(
    `${where}.architecture`,
    each.architecture,
    ['arm64', 'x86_64'],
    'architecture',
    say,
  );
  const hasMarket = oneOf(`${where}.market`, each.market, ['on-demand', 'spot'], 'market', say);
  if (hasArchitecture) checkTypes(where, each, say);
  whole(`${where}.maxvCpus`, each.maxvCpus, 1, 100_000, say);
  // The image's own root volume is 30 GiB: a smaller one is refused when a host is launched.
  whole(`${where}.rootGiB`, each.rootGiB, 30, 16_384, say);
  if (hasMarket) {
    const strategies = allocationStrategies[each.market];
    oneOf(
      `${where}.allocationStrategy`,
      each.allocationStrategy,
      strategies,
      `strategy for ${each.market} hosts`,
      say,
    );
  }
  if (each.spillToOnDemand && each.market !== 'spot')
    say(`${where}.spillToOnDemand`, 'is of spot pools, and this one is on demand', "market: 'spot'");
  if (each.image !== undefined && !isImage(each.image))
    say(
      `${where}.image`,
      `${JSON.stringify(each.image)} is neither an AMI’s id nor the name of an SSM parameter`,
      "ami-0123456789abcdef0, /lab/image, or 'baked:<name>' of bakedImages",
    );
  if (each.scratch !== 'instance-store') checkVolume(`${where}.scratch`, each.scratch, input?.scratch, say);
}

/** An AMI's id, or a parameter's path. Source: docs.aws.amazon.com/systems-manager, PutParameter. */
const isImage = (image: string): boolean =>
  typeof image === 'string' && (isAmi(image) || /^\/(?!\/)[\w.-]+(\/[\w.-]+){0,14}$/.test(image));
const isAmi = (image: string): boolean => /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(image);

function checkTypes(where: string, { architecture, instanceTypes, scratch }: Pool, say: Say): void {
  for (const type of instanceTypes) {
    const facts = instanceType(type);
    if (!facts)
      say(
        `${where}.instanceTypes`,
        `${JSON.stringify(type)} is no instance type that Arraylab knows`,
        'families c, m, r, x and i, with a size, such as m7g.4xlarge',
      );
    else if (facts.architecture !== architecture)
      say(
        `${where}.instanceTypes`,
        `${type} is ${facts.architecture}, and the pool ${architecture}`,
        'one pool has one architecture: make a second pool',
      );
    else if (scratch === 'instance-store' && !facts.store)
      say(
        `${where}.instanceTypes`,
        `${type} has no instance store that Arraylab knows, and scratch is 'instance-store'`,
        `a type of ${familiesOf(architecture)}; or a volume: scratch: { sizeGiB: 1000 }`,
      );
  }
  if (instanceTypes.length === 0) say(`${where}.instanceTypes`, 'is empty');
}

const familiesOf = (architecture: string): string =>
  instanceStoreFamilies()
    .filter(family => instanceType(`${family}.xlarge`)?.architecture === architecture)
    .join(', ');

function oneOf(where: string, value: string, choices: readonly string[], what: string, say: Say): boolean {
  const isOne = choices.includes(value);
  if (!isOne) say(where, `${JSON.stringify(value)} is no ${what}`, choices.join(' or '));
  return isOne;
}
