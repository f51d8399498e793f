import { parseArgs } from 'node:util';
import { LabError, type Problem } from '../../contract/workload/errors.ts';
import { suggest } from '../../contract/workload/suggest.ts';
import type { Args, OptionSpec } from '../command.ts';

/** Arguments of a verb. Throws LabError that names every unknown option, with the nearest known one. */
export function readArgs(
  argv: readonly string[],
  options: Readonly<Record<string, OptionSpec>>,
  verb: string,
): Args {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const { tokens } = parseArgs({
    args: [...own],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type }]) => [name, { type, multiple: true }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const problems: Problem[] = [];
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = options[token.name];
    if (!spec) {
      const near = suggest(token.name, Object.keys(options));
      problems.push({
        where: token.rawName,
        message: `lab ${verb} has no such option`,
        fix: near ? `did you mean --${near}?` : `lab ${verb} --help`,
      });
    } else if (
      spec.type === 'string' &&
      (token.value === undefined || (token.value.startsWith('--') && !token.inlineValue))
    ) {
      problems.push({
        where: token.rawName,
        message: `needs a value: --${token.name} ${spec.value ?? 'VALUE'}`,
      });
    } else if (spec.type === 'string' && token.value!.trim() === '') {
      // A shell's variable that is not set: of "" nobody means all plates, or the folder that one is in.
      problems.push({
        where: token.rawName,
        message: 'is empty',
        fix: `--${token.name} ${spec.value ?? 'VALUE'}, or none of it`,
      });
    } else if (spec.type === 'boolean' && token.value !== undefined) {
      problems.push({ where: token.rawName, message: 'takes no value' });
    } else {
      const before = values.get(token.name) ?? [];
      if (before.length > 0 && !spec.multiple && spec.type === 'string')
        problems.push({ where: token.rawName, message: 'is given twice' });
      values.set(token.name, [...before, token.value ?? 'true']);
    }
  }
  if (problems.length > 0) throw new LabError(problems);
  return {
    positionals,
    rest: end < 0 ? [] : argv.slice(end + 1),
    text: name => values.get(name)?.at(-1),
    flag: name => values.has(name),
    list: name =>
      (values.get(name) ?? [])
        .flatMap(value => value.split(','))
        .map(value => value.trim())
        .filter(value => value !== ''),
  };
}

/** A count of at least 1: `12`, `20,000`. */
export function wholeNumber(args: Args, name: string, least = 1): number | undefined {
  return converted(
    args,
    name,
    text => {
      const count = /^(?:\d+|\d{1,3}(?:,\d{3})+)$/.test(text) ? Number(text.replaceAll(',', '')) : -1;
      return count >= least ? count : undefined;
    },
    `is not a whole number of at least ${least}`,
  );
}

/** MiB from `62000`, `62000MiB`, `60GiB`, `60G`, or with `current` also `x2`. Powers of 1024 whatever the unit, as Docker has them. */
export function memoryMiB(args: Args, name: string, current?: number): number | undefined {
  return converted(
    args,
    name,
    text => {
      const times = /^x(\d+(?:\.\d+)?)$/.exec(text);
      if (times && current !== undefined) return Math.ceil(current * Number(times[1]));
      const found = /^(\d+(?:\.\d+)?)\s*(?:(m|g|t)(?:i?b|i)?)?$/i.exec(text);
      if (!found) return undefined;
      // In a few MiB nothing of ours begins: whoever writes 60 means what a host has.
      if (found[2] === undefined && Number(found[1]) > 0 && Number(found[1]) < 100)
        throw new LabError({
          where: `--${name}`,
          message: `${JSON.stringify(text)} is in MiB, and too little for any job`,
          fix: `write ${found[1]}GiB`,
        });
      return Math.ceil(Number(found[1]) * mebibytes[found[2]?.toLowerCase() ?? 'm']!);
    },
    `is not a size in MiB: write 62000, 60GiB${current === undefined ? '' : ' or x2'}`,
  );
}

const mebibytes: Readonly<Record<string, number>> = { m: 1, g: 1024, t: 1024 * 1024 };

/** Seconds from `3600`, `90m`, `10h`, `2d`. */
export function seconds(args: Args, name: string): number | undefined {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
  return converted(
    args,
    name,
    text => {
      const found = /^(\d+)([smhd]?)$/.exec(text);
      return found ? Number(found[1]) * units[found[2] || 's']! : undefined;
    },
    'is not a time: write 3600, 90m, 10h or 2d',
  );
}

function converted(
  args: Args,
  name: string,
  convert: (text: string) => number | undefined,
  message: string,
): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = convert(text);
  if (value === undefined)
    throw new LabError({ where: `--${name}`, message: `${JSON.stringify(text)} ${message}` });
  return value;
}
