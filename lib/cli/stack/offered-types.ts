import { errorName } from '../../aws/sdk-error.ts';
import { absentTypes, instanceTypesFix } from '../../contract/hosts/offered-types.ts';
import { LabError } from '../../contract/workload/errors.ts';
import type { Context } from '../context.ts';
import type { Target } from './target.ts';

/**
 * Asks, before cdk starts, whether the region has every instance type of the pools that are made: one that it lacks fails the
 * stack after minutes. Throws LabError with the line to write for each pool. Who may not ask is told so, and goes on.
 */
export async function checkInstanceTypes(context: Context, { aws, config }: Target): Promise<void> {
  const workloads = Object.values(config.workloads).filter(each => each.enabled);
  const pools = [...new Set(workloads.flatMap(each => each.pools))].sort();
  const wanted = pools.map(name => ({ name, types: config.pools[name]!.instanceTypes }));
  let offered: readonly string[];
  try {
    offered = await aws.offered([...new Set(wanted.flatMap(each => each.types))]);
  } catch (error) {
    context.say(
      `whether ${config.region} has the pools’ instance types was not looked at (${errorName(error)}: ec2:DescribeInstanceTypeOfferings)`,
    );
    return;
  }
  const problems = wanted.flatMap(({ name, types }) => {
    const absent = absentTypes(types, offered);
    return absent.length === 0
      ? []
      : [
          {
            where: `pool ${name}`,
            message: `${config.region} has no ${absent.join(', ')}, and Batch refuses the whole environment; nothing was changed`,
            fix: instanceTypesFix(name, types, offered, config.region),
          },
        ];
  });
  if (problems.length > 0) throw new LabError(problems);
}
