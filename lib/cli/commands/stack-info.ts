import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { tagNames } from '../../contract/workload/metadata.ts';
import { overridesHelp } from '../../contract/workload/raw-jobs.ts';
import type { Command } from '../command.ts';

export const stackInfo: Command = {
  name: 'stack-info',
  group: 'lab',
  summary: 'queue and job definition, as aws batch submit-job wants them',
  usage: '[workload] [--pool POOL]',
  options: { pool: { type: 'string', value: 'POOL', describe: 'another pool of the workload' } },
  examples: [
    'aws batch submit-job --job-name test $(npx lab stack-info rapidtide) \\',
    `    --array-properties size=6 --container-overrides '{"command":["simple-cp-test","ARRAY"]}'`,
  ],
  onlyReads: true,
  async run(context, args) {
    const { deployment } = await context.connect();
    const config = await context.config();
    const name = context.spec(args.positionals[0] ?? Object.keys(deployment.map.workloads)[0] ?? '').name;
    const pool = args.text('pool') ?? config.workloads[name]?.pools[0] ?? '';
    const queue = deployment.map.queues[pool];
    const definition = deployment.map.workloads[name]?.jobDefinitions[config.pools[pool]?.architecture ?? ''];
    if (!config.workloads[name]?.enabled)
      throw new LabError({
        where: name,
        message: 'is not enabled in lab.config.ts',
        fix: `${name}: { … } under workloads, and npm run deploy`,
      });
    if (!queue || !definition)
      throw new LabError({
        where: name,
        message: `is not deployed for pool ${JSON.stringify(pool)}`,
        fix: `pools: ${Object.keys(deployment.map.queues).join(', ')}`,
      });
    if (context.json)
      context.print(
        JSON.stringify({
          jobQueue: queue,
          jobDefinition: definition,
          outputBucket: deployment.outputBucket,
          logGroup: deployment.logGroup,
        }),
      );
    // Members may end jobs with the lab's tag alone.
    else {
      context.print(
        `--job-queue ${queue} --job-definition ${definition} --tags ${tagNames.lab}=${deployment.map.lab}`,
      );
      context.say(overridesHelp);
    }
    return exitCodes.ok;
  },
};
