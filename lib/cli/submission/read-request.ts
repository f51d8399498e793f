import { type Gathering, LabError, type Problem, refuse } from '../../contract/workload/errors.ts';
import type { ParameterSpec, RunRequest, WorkloadSpec } from '../../contract/workload/workload.ts';
import type { Args } from '../command.ts';
import { wholeNumber } from '../input/parse-args.ts';
import { readSizes } from '../input/sizes.ts';
import { shellWord } from '../output/command-line.ts';

export interface ReadRequest {
  /** Made of what could be understood: what else is wrong with it is looked for, and told together. */
  readonly request: RunRequest;
  /** Whether every size was: without one, what would be said of the others is not meant. */
  readonly isSized: boolean;
  /** Options of the workload's that are wrong, and told: `--format`. */
  readonly wrong?: ReadonlySet<string>;
}

/** What `lab submit` is asked for, by its options; every problem of them is told. */
export async function readRequest(spec: WorkloadSpec, given: Args, told: Gathering): Promise<ReadRequest> {
  const args = (await told.ask(() => withAliases(spec, given))) ?? given;
  const memoryOf = (step?: string): number =>
    spec.steps.find(each => each.name === step)?.resources?.memoryMiB ?? spec.resources.memoryMiB;
  const sizes = await told.ask(() => readSizes(args, memoryOf));
  const shards = await told.ask(() => wholeNumber(args, 'shards'));
  const itemsPerShard = await told.ask(() => wholeNumber(args, 'items-per-shard'));
  const parallel = await told.ask(() => wholeNumber(args, 'parallel'));
  const parameters: Record<string, string> = {};
  const wrong = new Set<string>();
  for (const parameter of spec.parameters.filter(each => !each.sets && !each.note)) {
    const value = args.text(parameter.name) ?? parameter.default;
    if (value !== undefined) parameters[parameter.name] = value;
    const problems = parameterProblems(parameter, value);
    for (const { where } of problems) wrong.add(where);
    await told.ask(() => refuse(problems));
  }
  await told.ask(() => refuse(wordProblems(spec, args)));
  const name = await told.ask(() => readName(args));
  const maxFails = await told.ask(() => readMaxFails(args));
  const maxUsd = await told.ask(() => readMaxUsd(args));
  const pool = args.text('pool');
  const numbers = { shards, itemsPerShard, parallel };
  const request = {
    workload: spec.name,
    parameters,
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
    ...sizes,
    ...(pool ? { pool } : {}),
    ...(name ? { name } : {}),
    ...(maxFails === undefined ? {} : { maxFails }),
    ...(maxUsd === undefined ? {} : { maxUsd }),
    ...(args.rest.length > 0 ? { arguments: args.rest } : {}),
  };
  return { request, isSized: sizes !== undefined, wrong };
}

/** Names that stand by themselves: `100307 100408`, or `--participants 100307 100408`, of which the option takes one. */
function wordProblems({ item }: WorkloadSpec, args: Args): readonly Problem[] {
  const words = args.positionals.slice(1);
  if (words.length === 0) return [];
  const given = args.text(item.many) ?? args.text('items');
  const all = given === undefined ? words : [given, ...words];
  const isFiles = all.some(word => word === '-' || /[\\/]|\.[a-z]+$/i.test(word));
  const [one = ''] = all;
  return [
    {
      where: words.join(' '),
      message: `${words.length === 1 ? 'is' : 'are'} not understood: the ${item.many} are given by --${item.many}, as one list`,
      fix:
        all.length === 1
          ? `--${item.many} ${shellWord(isFiles ? one : `${one},`)}`
          : isFiles
            ? `cat ${all.map(shellWord).join(' ')} > ${item.many}.txt, then --${item.many} ${item.many}.txt`
            : `--${item.many} ${shellWord(all.join(','))}`,
    },
  ];
}

/** One line of a table. */
function readName(args: Args): string | undefined {
  const text = args.text('name');
  if (text === undefined || (text.trim() !== '' && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))) return text;
  throw new LabError({
    where: '--name',
    message:
      text.trim() === ''
        ? 'is empty'
        : `${JSON.stringify(text)} holds a line's end or another control character`,
    fix: "one line of text: --name 'second try'",
  });
}

function readMaxFails(args: Args): string | undefined {
  const text = args.text('max-fails');
  if (text === undefined) return undefined;
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  if (number !== undefined && (percent ? Number(number) <= 100 : Number.isInteger(Number(number))))
    return text;
  throw new LabError({
    where: '--max-fails',
    message: `${JSON.stringify(text)} is neither a number of items nor a part of them`,
    fix: 'write 20, or 5%',
  });
}

function readMaxUsd(args: Args): number | undefined {
  const text = args.text('max-usd');
  if (text === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new LabError({
    where: '--max-usd',
    message: `${JSON.stringify(text)} is no amount of dollars`,
    fix: 'write 250',
  });
}

/** What is to be said of options that are understood and change nothing. */
export const parameterNotes = (spec: WorkloadSpec, args: Args): readonly string[] =>
  spec.parameters
    .filter(({ name, note }) => note !== undefined && (args.text(name) !== undefined || args.flag(name)))
    .map(({ name, note }) => `--${name}: ${note}`);

/** A problem of an option under the name that it was given by: `--num-jobs`, and not `--shards`, which it sets. */
export const asGiven =
  (spec: WorkloadSpec, args: Args) =>
  (problem: Problem): Problem => {
    const given = spec.parameters.find(
      ({ name, sets }) => sets && problem.where === `--${sets}` && args.text(name) !== undefined,
    );
    return given ? { ...problem, where: `--${given.name}` } : problem;
  };

/** The arguments with what other names of an option say as if by its own. Throws LabError where both are given. */
export function withAliases(spec: WorkloadSpec, args: Args): Args {
  const values = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { name, sets: option } of spec.parameters) {
    const given = option && args.text(name);
    if (!given) continue;
    const sets = option === 'one-item' ? 'items' : option;
    // A comma makes it a list of names, and no file.
    const value = option === 'one-item' ? `${given},` : given;
    if (option === 'one-item' && args.text(spec.item.many) !== undefined)
      problems.push({
        where: `--${name}`,
        message: `is given beside --${spec.item.many}`,
        fix: 'give one of the two',
      });
    if (args.text(sets) !== undefined)
      problems.push({
        where: `--${name}`,
        message: `is --${sets}, which is given too`,
        fix: 'give one of the two',
      });
    values.set(sets, value);
  }
  if (problems.length > 0) throw new LabError(problems);
  return {
    ...args,
    text: name => values.get(name) ?? args.text(name),
    list: name => (values.has(name) ? [values.get(name)!] : args.list(name)),
  };
}

function parameterProblems(parameter: ParameterSpec, value: string | undefined): readonly Problem[] {
  const where = `--${parameter.name}`;
  if (value === undefined)
    return parameter.required ? [{ where, message: `is needed: ${parameter.describe}` }] : [];
  if (parameter.choices && !parameter.choices.includes(value))
    return [{ where, message: `${JSON.stringify(value)} is none of ${parameter.choices.join(', ')}` }];
  if (parameter.type === 'number' && !Number.isFinite(Number(value)))
    return [{ where, message: `${JSON.stringify(value)} is not a number` }];
  return [];
}
