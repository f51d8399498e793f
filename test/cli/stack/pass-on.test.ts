import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { commonOptions } from '../../../lib/cli/command.ts';
import { deploy } from '../../../lib/cli/commands/deploy.ts';
import { destroy } from '../../../lib/cli/commands/destroy.ts';
import { cdkContext, passOn } from '../../../lib/cli/stack/pass-on.ts';
import { root } from '../../helpers/project.ts';

interface CdkOption {
  readonly type: string;
}
/** What cdk makes its command line from. */
interface CdkCommands {
  readonly globalOptions: Readonly<Record<string, CdkOption>>;
  readonly commands: Readonly<Record<string, { readonly options: Readonly<Record<string, CdkOption>> }>>;
}

it.each([deploy, destroy])('every option of cdk’s own goes to it: $name', command => {
  const registry = resolve(root, 'node_modules/aws-cdk/lib/cli/cli-type-registry.json');
  const { globalOptions, commands } = JSON.parse(readFileSync(registry, 'utf8')) as CdkCommands;
  const theirs = Object.entries({ ...globalOptions, ...commands[command.name]!.options }).flatMap(
    ([name, { type }]) => [`--${name}`, ...(type === 'boolean' ? [`--no-${name}`] : [])],
  );
  theirs.push('--help', '--version');
  expect(theirs).toEqual(expect.arrayContaining(['--verbose', '--no-staging', '--force']));
  const ours = new Set(Object.keys({ ...command.options, ...commonOptions }).map(name => `--${name}`));
  for (const option of theirs.filter(each => !ours.has(each)))
    expect(passOn([option], command.options, commonOptions)).toEqual(['--', option]);
});

it('keeps the order of what is cdk’s, wherever our own words stand between', () => {
  const ours = fc.constantFrom(['--drain'], ['--lab', 'x'], ['--lab=x'], ['--json']);
  const theirs = fc.constantFrom(
    ['--require-approval', 'never'],
    ['-c', 'a=b'],
    ['--ci'],
    ['--method=direct'],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(ours, theirs)), fc.array(fc.string()), (groups, last) => {
      const isOurs = (group: readonly string[]): boolean => /^--(drain|lab|json)/.test(group[0]!);
      const words = [...groups.flat(), ...(last.length > 0 ? ['--', ...last] : [])];
      expect(passOn(words, deploy.options, commonOptions)).toEqual([
        ...groups.filter(isOurs).flat(),
        '--',
        ...groups.filter(group => !isOurs(group)).flat(),
        ...last,
      ]);
    }),
  );
});

it.each(['--drian', '--new-bukcet', '--anywy', '--drain-all'])(
  '%s is refused, for cdk takes an unknown option in silence',
  word => {
    const run = (): unknown => passOn([word], deploy.options, commonOptions);
    if (word === '--drain-all') expect(run).not.toThrow();
    else expect(run).toThrow(/is no option of ours[\s\S]*did you mean/);
  },
);

it('reads cdk’s context in each of its spellings', () => {
  const words = ['-c', 'lab=a', '--context', 'region=b=c', '--context=config=d', '-ce=f', '--method', '-c'];
  expect([...cdkContext(words)]).toEqual([
    ['lab', 'a'],
    ['region', 'b=c'],
    ['config', 'd'],
    ['e', 'f'],
  ]);
});
