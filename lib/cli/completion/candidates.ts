import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import { type Command, commonOptions } from '../command.ts';

/** What is to be asked only where the line needs it. */
export interface CompletionWorld {
  readonly commands: readonly Command[];
  readonly workloads: readonly WorkloadSpec[];
  /** Newest first. */
  runs(): Promise<readonly string[]>;
  /** Names of a run's items: of the newest where `run` names none. */
  items(run: string): Promise<readonly string[]>;
}

/** Whether a verb's first word is a run, and its others items of it. */
const isOnRuns = ({ usage }: Command): boolean => usage.startsWith('[run]');
const onWorkloads = new Set(['submit', 'rehearse', 'stack-info', 'runs']);

/** Most that a shell is given: a list of ten thousand is no help. */
const most = 500;

/** The words that may stand in place of the last one, which is as far as it is typed. Never throws for what is asked. */
export async function candidates(
  words: readonly string[],
  world: CompletionWorld,
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const fits = (list: readonly string[]): readonly string[] =>
    [...new Set(list)].filter(word => word.startsWith(typed)).slice(0, most);
  if (words.length <= 1) return fits(world.commands.map(command => command.name));
  const [verb, ...rest] = words;
  const command = world.commands.find(each => each.name === verb);
  if (!command) return [];
  const before = rest.slice(0, -1);
  const options = optionsOf(command, before, world.workloads);
  if (typed.startsWith('-')) return fits(Object.keys(options).map(name => `--${name}`));
  const asked = valuesOf(before.at(-1), options, before, world.workloads);
  if (asked) return fits(asked);
  const given = positionals(before, options);
  if (given.length === 0 && command.verbs) return fits(Object.keys(command.verbs));
  if (given.length === 0 && onWorkloads.has(verb!)) return fits(world.workloads.map(spec => spec.name));
  if (!isOnRuns(command)) return [];
  if (given.length > 0) return fits(await world.items(given[0]!));
  const runs = await world.runs();
  // A single item may be named alone: then it is one of the newest run.
  return fits([
    ...(runs.length > 0 ? ['latest'] : []),
    ...runs,
    ...(typed === '' ? [] : await world.items('latest')),
  ]);
}

function optionsOf(
  command: Command,
  before: readonly string[],
  workloads: readonly WorkloadSpec[],
): Command['options'] {
  const [first = ''] = before;
  const name =
    command.verbs && first in command.verbs
      ? first
      : before.find(word => workloads.some(spec => spec.name === word));
  const own = name === undefined ? undefined : command.optionsOf?.(workloads, name);
  return { ...(own ?? command.options), ...commonOptions };
}

/** The values of the option that is about to get one; undefined where a positional is next, none where they are not known. */
function valuesOf(
  last: string | undefined,
  options: Command['options'],
  before: readonly string[],
  workloads: readonly WorkloadSpec[],
): readonly string[] | undefined {
  const name = last?.startsWith('--') ? last.slice(2) : undefined;
  const option = name === undefined ? undefined : options[name];
  if (option?.type !== 'string') return undefined;
  const spec = workloads.find(each => before.includes(each.name));
  if (name === 'pool') return spec?.pools ?? [];
  return spec?.parameters.find(each => each.name === name)?.choices ?? [];
}

function positionals(words: readonly string[], options: Command['options']): readonly string[] {
  return words.filter((word, index) => {
    if (word.startsWith('-')) return false;
    const previous = words[index - 1];
    return !(previous?.startsWith('--') && options[previous.slice(2)]?.type === 'string');
  });
}
