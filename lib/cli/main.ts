import { readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { explainAwsError } from '../aws/sdk-error.ts';
import { LabError } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';
import { suggest } from '../contract/workload/suggest.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import { type Command, commonOptions, type OptionSpec } from './command.ts';
import { allCommands, commandNamed, verbNames } from './commands.ts';
import { makeContext, type World } from './context.ts';
import { firstWordHelp, overview, verbHelp, workloadHelp } from './help.ts';
import { readArgs } from './input/parse-args.ts';
import { orInterrupted } from './or-interrupted.ts';
import { labWords } from './output/command-line.ts';
import { tint } from './output/output.ts';
import { tellProblems } from './output/problems.ts';
import { passOn } from './stack/pass-on.ts';

/** Runs `lab` with these arguments in this world and answers its exit code. Never throws. */
export async function runCli(argv: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(argv, world);
  } catch (error) {
    return report(explainAwsError(error, profileOf(argv, world)), world, argv);
  }
}

/** The AWS profile that a call uses, however far it came. */
function profileOf(argv: readonly string[], { environment }: World): string | undefined {
  const words = beforeDashes(argv);
  const at = words.indexOf('--profile');
  const inline = words.find(word => word.startsWith('--profile='))?.slice('--profile='.length);
  return inline ?? (at < 0 ? environment.AWS_PROFILE : words[at + 1]);
}

/** `given`: the call in the user's own words, where a family's verb stands for another. */
async function dispatch(argv: readonly string[], world: World, given = argv): Promise<number> {
  const [first = '--help', ...others] = argv;
  // `lab help submit` is `lab submit --help`.
  const asksHelp = first === 'help' && others[0] !== undefined;
  const verb = asksHelp ? others[0]! : first;
  const rest = asksHelp ? [...others.slice(1), '--help'] : others;
  if (verb === '--help' || verb === '-h' || verb === 'help') {
    world.io.out.write(overview(await allCommands(world.workloads), world.workloads));
    return exitCodes.ok;
  }
  if (verb === '--version' || verb === '-v') {
    const { version } = JSON.parse(await readFile(join(world.projectRoot, 'package.json'), 'utf8'));
    world.io.out.write(`arraylab ${version}\n`);
    return exitCodes.ok;
  }
  const sibling = world.workloads.find(({ family }) => family?.name === verb && family.verb === rest[0]);
  const command = await commandNamed(verb, world.workloads);
  if (sibling && command && asksForHelp(rest)) {
    world.io.out.write(
      siblingHelp(command, (await commandNamed('submit', world.workloads))!, sibling, world),
    );
    return exitCodes.ok;
  }
  if (sibling && !command?.familyOwn?.(rest))
    return dispatch(['submit', sibling.name, ...rest.slice(1)], world, argv);
  if (!command) {
    const near = otherTools.get(verb) ?? suggest(verb, verbNames(world.workloads));
    throw new LabError({
      where: verb,
      message: 'is no verb of lab',
      fix: near ? `did you mean lab ${near}?` : 'lab --help',
    });
  }
  const own = optionsOf(command, rest, world);
  if (asksForHelp(rest)) {
    world.io.out.write(
      helpOfFirst(command, rest[0] ?? '', own, world) ??
        verbHelp(command, own, own === command.options ? world.workloads : []),
    );
    return exitCodes.ok;
  }
  const words = command.passesOn ? passOn(rest, own, commonOptions) : rest;
  const args = readArgs(words, { ...commonOptions, ...own }, verb);
  const lab = args.text('lab');
  const profile = args.text('profile');
  const { context, close } = makeContext(world, {
    argv: given,
    local: args.flag('local'),
    json: args.flag('json'),
    ...(lab ? { lab } : {}),
    ...(profile ? { profile } : {}),
  });
  try {
    const running = command.run(context, args);
    return await (command.onlyReads ? orInterrupted(world.signal, running, `lab ${verb}`) : running);
  } finally {
    await close();
  }
}

/** What the same is called elsewhere: fingers know it from a shell, a scheduler or another tool. */
const otherTools: ReadonlyMap<string, string> = new Map([
  ['ls', 'runs'],
  ['list', 'runs'],
  ['history', 'runs'],
  ['jobs', 'runs'],
  ['ps', 'status'],
  ['show', 'status'],
  ['stat', 'status'],
  ['queue', 'status'],
  ['tail', 'logs --follow'],
  ['cat', 'logs'],
  ['run', 'submit'],
  ['start', 'submit'],
  ['sbatch', 'submit'],
  ['qsub', 'submit'],
  ['stop', 'cancel'],
  ['kill', 'cancel'],
  ['abort', 'cancel'],
  ['terminate', 'cancel'],
  ['delete', 'cancel'],
  ['rerun', 'retry'],
  ['resubmit', 'retry'],
  ['download', 'fetch'],
  ['get', 'fetch'],
  ['pull', 'fetch'],
  ['check', 'doctor'],
  ['up', 'twin up'],
  ['down', 'twin down'],
]);

/** A verb over a workload has the workload's own options. */
function optionsOf(
  command: Command,
  rest: readonly string[],
  world: World,
): Readonly<Record<string, OptionSpec>> {
  const [name] = rest;
  if (!command.optionsOf || name === undefined || name.startsWith('-')) return command.options;
  return command.optionsOf(world.workloads, name);
}

const asksForHelp = (words: readonly string[]): boolean =>
  beforeDashes(words).some(word => word === '--help' || word === '-h');

/** `lab archive create --help`: the submission that it is, under the name that it was called by. */
function siblingHelp(family: Command, submit: Command, spec: WorkloadSpec, world: World): string {
  const name = `${family.name} ${spec.family!.verb}`;
  const own = family.examples.filter(example => example.startsWith(`lab ${name} `));
  const options = {
    ...optionsOf(submit, [spec.name], world),
    ...optionsOf(family, [spec.family!.verb], world),
  };
  return verbHelp(
    {
      ...submit,
      ...{ name, usage: `--${spec.item.many} LIST [options]`, summary: spec.title },
      examples: own.length > 0 ? own : family.examples,
    },
    options,
  );
}

/** The help of what the first word behind a verb names: a verb of a family, or a workload; undefined where it names none. */
function helpOfFirst(command: Command, word: string, options: Command['options'], world: World) {
  const spec = command.usage.startsWith('<workload>') && world.workloads.find(({ name }) => name === word);
  return spec ? workloadHelp(command, spec, options) : firstWordHelp(command, word, options);
}

function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end < 0 ? words : words.slice(0, end);
}

/** Whether what the file system refused is a place that the call named, or one that belongs to somebody else. */
function isUsersOwn(
  code: string | undefined,
  path: string,
  argv: readonly string[],
  { cwd }: World,
): boolean {
  if (/^(EACCES|EPERM|EROFS|ENOTSUP)$/.test(code ?? '')) return true;
  if (!/^(ENOENT|ENOTDIR|EISDIR|EEXIST|ENAMETOOLONG|ELOOP)$/.test(code ?? '')) return false;
  return argv
    .map(word => resolve(cwd, word.replace(/^--[a-z-]+=/, '')))
    .some(named => path === named || path.startsWith(`${named}${sep}`));
}

function report(error: unknown, world: World, argv: readonly string[]): number {
  const { err } = world.io;
  const words = labWords(argv);
  // A bar or a count may be drawn there, which an error would go on behind.
  if (err.isTTY) err.write('\r\u001b[2K');
  if (error instanceof LabError) {
    tellProblems(err, error.problems, words);
    return error.exitCode;
  }
  if (world.signal.aborted) {
    err.write(`interrupted; everything is resumable\nNext: npx lab runs${words}\n`);
    return exitCodes.interruptedByUser;
  }
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    err.write(
      `${tint(err, 'bad', 'error')} no space left${path ? ` for ${path}` : ''}\n  free some, then the same again\n`,
    );
    return exitCodes.service;
  }
  if (path !== undefined && isUsersOwn(code, path, argv, world)) {
    err.write(
      `${tint(err, 'bad', 'error')} ${path}: cannot be written or read (${code})\n  name another place, or a folder that is there and yours\n`,
    );
    return exitCodes.badInput;
  }
  err.write(`${tint(err, 'bad', 'a fault of ours')}: ${(error as Error)?.stack ?? String(error)}\n`);
  return exitCodes.internal;
}
