import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { configText, importConfig } from '../../../jobs/pypeliner/import-config.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type { Command } from '../command.ts';
import { counted, table } from '../output/output.ts';

export const pypeliner: Command = {
  name: 'pypeliner',
  summary: 'take over a submit configuration of pypeliner’s own AWS queue',
  usage: 'import-config <old.yaml>',
  options: {},
  examples: ['lab pypeliner import-config submit.yaml'],
  onlyReads: true,
  group: 'lab',
  async run(context, args) {
    const [verb = '', file, ...more] = args.positionals;
    if (verb !== 'import-config' || file === undefined || more.length > 0)
      throw new LabError({
        where: ['lab pypeliner', ...args.positionals].join(' '),
        message: 'is not understood',
        fix: 'lab pypeliner import-config submit.yaml',
      });
    const imported = importConfig(await readYaml(resolve(context.cwd, file), file), file);
    if (context.json) {
      context.print(JSON.stringify(imported));
      return exitCodes.ok;
    }
    context.print(configText(imported).trimEnd());
    const { err } = context.io;
    err.write(
      table(
        err,
        ['line', 'value', '', 'what stands for it'],
        imported.lines.map(({ line, value, fate, say }) => [line, short(value), fate, say]),
      ),
    );
    const lost = imported.lines.filter(({ fate }) => fate === 'no counterpart').length;
    context.say(
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
