import type { ParameterSpec, WorkloadSpec } from '../../contract/workload/workload.ts';
import type { OptionSpec } from '../command.ts';

/** What every submission can say. */
export const commonSubmitOptions: Readonly<Record<string, OptionSpec>> = {
  items: {
    type: 'string',
    value: 'LIST',
    describe: 'file, s3://bucket/key or /prefix/*/, a..b, a,b,c, or -',
  },
  column: {
    type: 'string',
    value: 'NAME',
    multiple: true,
    describe: 'the column of the list that names them; a,b joins two',
  },
  'no-header': { type: 'boolean', describe: 'the first line of the list is one of them already' },
  unique: { type: 'boolean', describe: 'a name in several rows is taken once' },
  only: {
    type: 'string',
    value: 'NAMES',
    multiple: true,
    describe: 'only these, comma-separated, or ranges a..b',
  },
  limit: { type: 'string', value: 'N', describe: 'only the first N' },
  name: { type: 'string', value: 'TEXT', describe: 'what to call the run in lab runs' },
  shards: { type: 'string', value: 'N', describe: 'cut the items into N array children' },
  'items-per-shard': { type: 'string', value: 'N', describe: 'items an array child does (default 1)' },
  parallel: { type: 'string', value: 'N', describe: 'at most N shards at once' },
  vcpus: { type: 'string', value: 'N', multiple: true, describe: 'vCPUs a shard; or STEP=N' },
  memory: {
    type: 'string',
    value: 'SIZE',
    multiple: true,
    describe: 'memory a shard: 62000 (MiB), 60GiB, 64GB, x2; or STEP=SIZE',
  },
  timeout: {
    type: 'string',
    value: 'TIME',
    multiple: true,
    describe: 'of one attempt: 3600, 90m, 10h; or STEP=TIME',
  },
  attempts: {
    type: 'string',
    value: 'N',
    multiple: true,
    describe: 'tries of a shard after lost hosts, 1 to 10',
  },
  pool: { type: 'string', value: 'POOL', describe: 'another pool of the workload' },
  canary: {
    type: 'boolean',
    describe: 'first, last and one between go first, the rest when they are done',
  },
  'max-fails': {
    type: 'string',
    value: 'N',
    describe: 'stop the run when more have failed: 20, or 5% of them',
  },
  'max-usd': {
    type: 'string',
    value: 'N',
    describe: 'refuse what would cost more, and stop the run at it',
  },
  'dry-run': { type: 'boolean', describe: 'print the plan and stop' },
  wait: { type: 'boolean', describe: 'watch the run to its end' },
  resume: { type: 'string', value: 'RUN', describe: 'go on with a submission that was interrupted' },
};

/** The options of `lab submit <workload>`: the common ones, the items' own name, the workload's parameters. */
export function submitOptions(spec: WorkloadSpec): Readonly<Record<string, OptionSpec>> {
  const { items } = commonSubmitOptions;
  return {
    [spec.item.many]: { ...items!, describe: `the ${spec.item.many}: ${items!.describe}` },
    ...Object.fromEntries(spec.parameters.map(each => [each.name, parameterOption(each)] as const)),
    ...commonSubmitOptions,
    ...(spec.confirm
      ? {
          confirm: {
            type: 'string' as const,
            value: 'WORD',
            describe: 'do it: the word that a dry run says',
          },
        }
      : {}),
    items: { ...items!, describe: `the same as --${spec.item.many}` },
  };
}

function parameterOption(parameter: ParameterSpec): OptionSpec {
  const choices = parameter.choices ? `: ${parameter.choices.join(' | ')}` : '';
  const fallback = parameter.default === undefined ? '' : ` (default ${parameter.default})`;
  const other = parameter.sets && parameter.sets !== 'one-item' ? ` (the same as --${parameter.sets})` : '';
  return {
    type: parameter.type === 'boolean' ? 'boolean' : 'string',
    value: 'VALUE',
    describe: `${parameter.describe}${choices}${fallback}${other}`,
  };
}
