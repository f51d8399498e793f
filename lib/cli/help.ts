import type { WorkloadSpec } from '../contract/workload/workload.ts';
import { type Command, type CommandGroup, commonOptions, type OptionSpec } from './command.ts';

const otherGroups = [
  ['lab', 'The stack'],
  ['twin', 'This machine'],
] as const satisfies readonly (readonly [CommandGroup, string])[];

/** A family is a line, however many verbs it has; one that has reading verbs of its own is among the commands. */
function familyLines(
  commands: readonly Command[],
  workloads: readonly WorkloadSpec[],
): readonly Pick<Command, 'name' | 'summary'>[] {
  const families = new Map(
    workloads.flatMap(({ family }) => (family ? [[family.name, family] as const] : [])),
  );
  return [...families.values()].filter(({ name }) => !commands.some(command => command.name === name));
}

/** `lab --help`: one screen, however many verbs there are: what one does every day, and the names of the rest. */
export function overview(commands: readonly Command[], workloads: readonly WorkloadSpec[]): string {
  const everyDay = [...commands.filter(({ group }) => group === 'runs'), ...familyLines(commands, workloads)];
  const lines = everyDay.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}`);
  const others = otherGroups.map(([group, title]) => {
    const names = commands.filter(command => command.group === group).map(command => command.name);
    return `${`${title}:`.padEnd(13)} ${names.join(', ')}`;
  });
  return [
    'lab: array jobs over participants, plates, samples and months on AWS Batch',
    '',
    ...lines,
    ...others,
    '',
    'Every verb takes --local (the twin on this machine), --lab NAME, --profile NAME, --json, --help.',
    'Exit codes: 0 done, 1 our fault, 2 bad input, 3 AWS refused, 4 not done, 6 left behind, 130 Ctrl-C.',
    'lab <verb> --help: its options and examples. Try: npx lab quickstart',
    '',
  ].join('\n');
}

/** `lab archive status --help`: of a verb whose first words each do something else, what one of them does. */
export function firstWordHelp(
  command: Command,
  word: string,
  options: Readonly<Record<string, OptionSpec>>,
): string | undefined {
  const first = Object.hasOwn(command.verbs ?? {}, word) ? command.verbs![word] : undefined;
  if (!first) return undefined;
  const name = `${command.name} ${word}`;
  const own = command.examples.filter(example => `${example} `.startsWith(`lab ${name} `));
  const { verbs: _, ...rest } = command;
  return verbHelp({ ...rest, ...first, name, examples: own.length > 0 ? own : command.examples }, options);
}

/** `lab submit plate-archive --help`: a verb over one workload, with the options of both. */
export function workloadHelp(
  command: Command,
  spec: WorkloadSpec,
  options: Readonly<Record<string, OptionSpec>>,
): string {
  const name = `${command.name} ${spec.name}`;
  const { many } = spec.item;
  const needed = spec.parameters.filter(({ required }) => required);
  const own = command.examples.filter(example => example.startsWith(`lab ${name} `));
  const plain = [`--${many} ${many}.txt`, ...needed.map(each => `--${each.name} ${each.name.toUpperCase()}`)];
  return verbHelp(
    {
      ...command,
      ...{ name, summary: spec.title, usage: command.usage.replace(/^<workload> --<items>/, `--${many}`) },
      examples: own.length > 0 ? own : [`lab ${name} ${spec.example ?? plain.join(' ')}`],
    },
    options,
  );
}

/** `lab <verb> --help`. */
export function verbHelp(
  command: Command,
  options: Readonly<Record<string, OptionSpec>>,
  workloads: readonly WorkloadSpec[] = [],
): string {
  const all = { ...options, ...commonOptions };
  const lines = Object.entries(all).map(([name, option]) => {
    const head = `  --${name}${option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''}`;
    return `${head.padEnd(24)} ${option.describe}`;
  });
  return [
    `lab ${command.name} ${command.usage}`.trimEnd(),
    `  ${command.summary}`,
    '',
    ...Object.entries(command.verbs ?? {}).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
    ...(command.verbs ? [''] : []),
    ...lines,
    ...(command.usage.startsWith('<workload>')
      ? workloads.map(spec => `  Options of ${spec.name} itself: lab ${command.name} ${spec.name} --help`)
      : []),
    '',
    'Examples:',
    ...command.examples.map(example => `  ${example}`),
    '',
  ].join('\n');
}
