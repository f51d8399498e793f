import { LabError, type Problem, refuse } from '../../contract/workload/errors.ts';
import type { RunRequest, WorkloadSpec } from '../../contract/workload/workload.ts';
import type { Args } from '../command.ts';
import { memoryMiB, seconds, wholeNumber } from './parse-args.ts';

/** What `lab submit` is asked for, by its options. Throws LabError with every problem of them. */
export function readRequest(spec: WorkloadSpec, args: Args): RunRequest {
  const problems: Problem[] = [];
  const read = (option: () => number | undefined): number | undefined => {
    try {
      return option();
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const numbers = {
    shards: read(() => wholeNumber(args, 'shards')),
    itemsPerShard: read(() => wholeNumber(args, 'items-per-shard')),
    parallel: read(() => wholeNumber(args, 'parallel')),
    vcpus: read(() => wholeNumber(args, 'vcpus')),
    attempts: read(() => wholeNumber(args, 'attempts')),
    memoryMiB: read(() => memoryMiB(args, 'memory', spec.resources.memoryMiB)),
    timeoutSeconds: read(() => seconds(args, 'timeout')),
  };
  const parameters: Record<string, string> = {};
  for (const parameter of spec.parameters) {
    const value = args.text(parameter.name) ?? parameter.default;
    if (value === undefined) {
      if (parameter.required)
        problems.push({ where: `--${parameter.name}`, message: `is needed: ${parameter.describe}` });
      continue;
    }
    if (parameter.choices && !parameter.choices.includes(value)) {
      problems.push({
        where: `--${parameter.name}`,
        message: `${JSON.stringify(value)} is none of ${parameter.choices.join(', ')}`,
      });
    }
    if (parameter.type === 'number' && !Number.isFinite(Number(value)))
      problems.push({ where: `--${parameter.name}`, message: `${JSON.stringify(value)} is not a number` });
    parameters[parameter.name] = value;
  }
  problems.push(
    ...args.positionals.slice(1).map(word => ({
      where: word,
      message: `is not understood; the ${spec.item.many} are given by --${spec.item.many}`,
    })),
  );
  refuse(problems);
  const pool = args.text('pool');
  return {
    workload: spec.name,
    parameters,
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
    ...(pool ? { pool } : {}),
    ...(args.rest.length > 0 ? { arguments: args.rest } : {}),
  };
}
