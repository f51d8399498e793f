import { type Check, type Finding, fail, ok, warn } from '../finding.ts';

interface Facts {
  readonly offered: readonly string[];
}

/** The region has the instance types of the pools. */
export const instanceTypes: Check<Facts> = {
  name: 'instance types',
  needs: ['ec2:DescribeInstanceTypeOfferings'],
  notOnTwin: 'its hosts are simulated',
  gather: async (account, { config, pools }) => {
    const types = [...new Set(pools.flatMap(name => config.pools[name]?.instanceTypes ?? []))];
    return { offered: types.length === 0 ? [] : await account.offered(types) };
  },
  judge: ({ offered }, { config, pools }) =>
    pools.map(name => judgePool(name, config.pools[name]?.instanceTypes ?? [], offered, config.region)),
};

function judgePool(
  name: string,
  types: readonly string[],
  offered: readonly string[],
  region: string,
): Finding {
  const absent = types.filter(type => !offered.includes(type));
  if (absent.length === 0) return ok(`${name}: ${region} has all ${types.length}`);
  const fix = `pools.${name}.instanceTypes in lab.config.ts: types that ${region} has`;
  if (absent.length === types.length) return fail(`${name}: ${region} has none of ${absent.join(', ')}`, fix);
  return warn(`${name}: ${region} has no ${absent.join(', ')}`, fix);
}
