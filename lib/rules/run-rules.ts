import { parseArgs } from 'node:util';
import { LabError, refuse } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';
import { checkTemplate } from './check-template.ts';
import { pack } from './pack.ts';
import { readTemplateFile } from './read-file.ts';
import { type Checked, renderFindings, renderRules } from './render.ts';

export interface RulesOutput {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown };
}

const help = `Looks for traps of AWS Batch in CloudFormation templates, of Arraylab or of anybody: no account, no network.

  npm run rules -- cdk.out/*.template.json     a table: resource, rule, value, what is wrong; then the fixes
  npm run rules -- template.json --json        the same as JSON
  npm run rules -- --list                      every rule, what it asks for and where AWS says so

Exit codes: 0 nothing found · 2 no template, or not one that can be read · 4 findings
`;

/** `node bin/rules.ts`: checks templates and says what is wrong with them. Returns the exit code. */
export function runRules(args: readonly string[], { out, err }: RulesOutput): number {
  try {
    const { values, positionals } = parse(args);
    if (values.help) return print(out, help);
    if (values.list) return print(out, values.json ? toJson(pack) : renderRules(pack));
    refuse(
      positionals.length > 0
        ? []
        : [{ where: 'rules', message: 'no template', fix: help.split('\n')[2]!.trim() }],
    );
    const found = checkAll(positionals);
    const findings = found.flatMap(each => each.findings);
    out.write(values.json ? toJson(findings.length > 0 ? flat(found) : []) : renderFindings(found, pack));
    err.write(`${findings.length} findings of ${pack.length} rules in ${counted(found.length)}\n`);
    return findings.length > 0 ? exitCodes.notDone : exitCodes.ok;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    err.write(`${error.message}\n`);
    return error.exitCode;
  }
}

/** Reads every file before any is reported, so that all problems are told at once. */
function checkAll(files: readonly string[]): readonly Checked[] {
  const problems: LabError[] = [];
  const checked = files.flatMap(file => {
    try {
      const { json, imageArchitectures } = readTemplateFile(file);
      return [{ file, findings: checkTemplate(json, imageArchitectures) }];
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      problems.push(error);
      return [];
    }
  });
  refuse(problems.flatMap(each => each.problems));
  return checked;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new LabError({
      where: 'rules',
      message: (error as Error).message,
      fix: 'npm run rules -- --help',
    });
  }
}

const sourceOf = new Map(pack.map(rule => [rule.id, rule.source]));
const flat = (found: readonly Checked[]): readonly object[] =>
  found.flatMap(({ file, findings }) =>
    findings.map(each => ({ file, ...each, source: sourceOf.get(each.rule) })),
  );
const toJson = (value: unknown): string =>
  `${JSON.stringify(value, (key, each) => (key === 'check' ? undefined : each), 2)}\n`;
const counted = (count: number): string => (count === 1 ? '1 template' : `${count} templates`);

function print(stream: RulesOutput['out'], text: string): number {
  stream.write(text);
  return exitCodes.ok;
}
