import { type Problem, refuse } from '../contract/workload/errors.ts';
import { suggest } from '../contract/workload/suggest.ts';
import { type Overrides, overridable } from './resolve-config.ts';

/** Fields that are more than a word. */
const onlyInTheFile = ['datasets', 'pools', 'workloads', 'pullThroughCache', 'notify'];

/**
 * What `-c name=value` says of the lab, out of CDK's context; `-c lab=NAME` is the name's. CDK takes any word in silence: one
 * that is nearly ours is refused, for `-c netwrok=private-nat` would deploy a public network.
 */
export function overridesOf(context: Readonly<Record<string, unknown>>): Overrides {
  const names = ['config', ...overridable.map(wordOf)];
  const problems: Problem[] = [];
  // CDK's own have a colon or an @ in them.
  for (const word of Object.keys(context).filter(each => !/[@:/]/.test(each) && !names.includes(each))) {
    const near = word === 'name' ? 'lab' : word.length > 3 ? suggest(word, names) : undefined;
    if (onlyInTheFile.includes(word))
      problems.push({
        where: `-c ${word}`,
        message: 'is more than a word',
        fix: 'write it in lab.config.ts',
      });
    else if (near)
      problems.push({ where: `-c ${word}`, message: 'is not known', fix: `did you mean -c ${near}=…?` });
  }
  refuse(problems);
  return Object.fromEntries(
    overridable.map(name => [name, context[wordOf(name)]]).filter(([, value]) => typeof value === 'string'),
  ) as Overrides;
}

const wordOf = (name: (typeof overridable)[number]): string => (name === 'name' ? 'lab' : name);
