import type { WorkloadSpec } from '../contract/workload/workload.ts';
import { type Command, commonOptions, type OptionSpec } from './command.ts';
import { commands } from './commands.ts';

/** `lab --help`: one screen. */
export function overview(): string {
  const lines = commands
    .filter(command => !command.isElsewhere)
    .map(command => `  ${command.name.padEnd(11)} ${command.summary}`);
  return [
    'lab: array jobs over participants, plates, samples and months on AWS Batch',
    '',
    ...lines,
    '',
    'Every verb takes --local (the twin on this machine), --lab NAME, --profile NAME, --json, --help.',
    'Exit codes: 0 done, 1 our fault, 2 bad input, 3 AWS refused, 4 not done, 6 left behind, 130 Ctrl-C.',
    'lab <verb> --help: its options and examples. Try: npx lab quickstart',
    '',
  ].join('\n');
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
