import { absentTypes, instanceTypesFix } from '../../contract/hosts/offered-types.ts';
import { type Check, type Finding, fail, ok } from '../finding.ts';

interface Facts {
  readonly offered: readonly string[];
}

/** The region has every instance type of the pools: one name that it lacks fails the environment, and with it the deploy. */
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
  const absent = absentTypes(types, offered);
  if (absent.length === 0) return ok(`${name}: ${region} has all ${types.length}`);
  return fail(
    `${name}: ${region} has no ${absent.join(', ')}, and Batch refuses the whole environment`,
    instanceTypesFix(name, types, offered, region),
  );
}
