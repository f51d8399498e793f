import { LabError } from '../../contract/workload/errors.ts';
import { suggest } from '../../contract/workload/suggest.ts';
import type { OptionSpec } from '../command.ts';

/**
 * Puts what is not ours behind `--`, in its order: `npm run deploy -- --require-approval never` reaches us as
 * `deploy --require-approval never`. A word that is nearly an option of ours is refused: cdk takes unknown options in silence.
 */
export function passOn(
  argv: readonly string[],
  own: Readonly<Record<string, OptionSpec>>,
  common: Readonly<Record<string, OptionSpec>>,
): readonly string[] {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const ours: string[] = [];
  const theirs: string[] = [];
  // Nearly anything is near a short one.
  const longNames = Object.keys(own).filter(name => name.length > 3);
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const name = /^--([^=]+)/.exec(word)?.[1];
    const spec = name === undefined ? undefined : (own[name] ?? common[name]);
    if (!spec) {
      const near = name && suggest(name, longNames);
      if (near)
        throw new LabError({
          where: word,
          message: 'is no option of ours',
          fix: `did you mean --${near}? What is cdk’s goes behind --`,
        });
      theirs.push(word);
      continue;
    }
    ours.push(word);
    if (spec.type === 'string' && !word.includes('=') && at + 1 < words.length) ours.push(words[++at]!);
  }
  return [...ours, '--', ...theirs, ...(end < 0 ? [] : argv.slice(end + 1))];
}

/** What `-c name=value` says for cdk. */
export function cdkContext(args: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    const inline = /^(?:--context=|-c=?)(.+)$/s.exec(word)?.[1];
    const pair = word === '-c' || word === '--context' ? args[at + 1] : inline;
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair ?? '') ?? [];
    if (name !== undefined) found.set(name, value!);
  }
  return found;
}
