import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { counted } from '../../../lib/contract/verb/texts.ts';
import type { WorkloadVerb } from '../../../lib/contract/verb/verb.ts';
import { LabError } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { configText, importConfig } from '../import-config.ts';

export const pypeliner: WorkloadVerb = {
  summary: 'take over a submit configuration of pypeliner’s own AWS queue',
  usage: 'import-config <old.yaml>',
  options: {},
  examples: ['npx lab pypeliner import-config submit.yaml'],
  onlyReads: true,
  group: 'lab',
  async run(ports, args) {
    const [verb = '', file, ...more] = args.positionals;
    if (verb !== 'import-config' || file === undefined || more.length > 0)
      throw new LabError({
        where: ['lab pypeliner', ...args.positionals].join(' '),
        message: 'is not understood',
        fix: 'npx lab pypeliner import-config submit.yaml',
      });
    const imported = importConfig(await readYaml(resolve(ports.cwd, file), file), file);
    if (ports.json) {
      ports.print(JSON.stringify(imported));
      return exitCodes.ok;
    }
    ports.print(configText(imported).trimEnd());
    ports.table(
      ['line', 'value', '', 'what stands for it'],
      imported.lines.map(({ line, value, fate, say }) => [line, short(value), fate, say]),
      'talk',
    );
    const lost = imported.lines.filter(({ fate }) => fate === 'no counterpart').length;
    ports.say(
      `${counted(lost, { one: 'line has', many: 'lines have' })} no counterpart; what was printed goes into lab.config.ts, and docs/pypeliner.md has the rest\nNext: npm run deploy`,
    );
    return exitCodes.ok;
  },
};

const short = (value: string): string => (value.length > 40 ? `${value.slice(0, 39)}…` : value);

async function readYaml(path: string, name: string): Promise<unknown> {
  const { parse } = await import('yaml');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new LabError({ where: name, message: `cannot be read (${(error as NodeJS.ErrnoException).code})` });
  }
  try {
    return parse(text);
  } catch (error) {
    throw new LabError({ where: name, message: `is no YAML: ${(error as Error).message.split('\n')[0]}` });
  }
}
