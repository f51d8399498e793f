import { parseArgs } from 'node:util';
import { LabError, type Problem, refuse } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';
import { counted } from '../contract/workload/number-text.ts';
import { checkTemplate } from './check-template.ts';
import { pack } from './pack.ts';
import { readTemplateFile } from './read-file.ts';
import { type Checked, renderFindings, renderRules } from './render.ts';
import { toSarif } from './sarif.ts';

export interface RulesOutput {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown };
  /** Of this program, for SARIF. */
  readonly version: string;
}

const help = `Looks for traps of AWS Batch in CloudFormation templates, of Arraylab or of anybody: no account, no network.

  npm run rules -- cdk.out/*.template.json     a table: resource, rule, value, what is wrong; then the fixes
  npm run rules -- template.yaml               the same of YAML, short forms (!Ref) included
  npm run rules -- template.json --format json   the same as JSON (also --json)
  npm run rules -- template.yaml --format sarif  as SARIF 2.1.0, which code hosts show beside the lines
  npm run rules -- --list                      every rule, what it asks for and where AWS says so

Exit codes: 0 nothing found · 2 no template, or not one that can be read · 4 findings
`;

/** `node bin/rules.ts`: checks templates and says what is wrong with them. Returns the exit code. */
export function runRules(args: readonly string[], { out, err, version }: RulesOutput): number {
  try {
    const { values, positionals } = parse(args);
    if (values.help) return print(out, help);
    const format = formatOf(values);
    if (values.list) {
      refuse(listProblems(positionals, format));
      return print(out, format === 'json' ? toJson(pack) : renderRules(pack));
    }
    refuse(
      positionals.length > 0
        ? []
        : [{ where: 'rules', message: 'no template', fix: help.split('\n')[2]!.trim() }],
    );
    const found = checkAll(positionals);
    const findings = found.flatMap(each => each.findings);
    out.write(
      format === 'json'
        ? toJson(flat(found))
        : format === 'sarif'
          ? toJson(toSarif(found, pack, version))
          : renderFindings(found, pack),
    );
    err.write(
      `${counted(findings.length, 'finding')} of ${counted(pack.length, 'rule')} in ${counted(found.length, 'template')}\n`,
    );
    return findings.length > 0 ? exitCodes.toMend : exitCodes.ok;
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
      const { json, imageArchitectures, lines } = readTemplateFile(file);
      return [{ file, findings: checkTemplate(json, imageArchitectures), lines }];
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
        format: { type: 'string' },
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

/** `--list` looks at no template: whoever names one means something else. */
const listProblems = (positionals: readonly string[], format: string): readonly Problem[] => [
  ...positionals.map(word => ({ where: word, message: '--list tells the rules, and takes no template' })),
  ...(format === 'sarif' ? [{ where: '--format', message: 'the list of rules is text or JSON' }] : []),
];

const formats = ['text', 'json', 'sarif'] as const;

function formatOf({ json, format }: { json?: boolean; format?: string }): (typeof formats)[number] {
  const found = formats.find(each => each === (format ?? (json ? 'json' : 'text')));
  if (found && !(json && found !== 'json')) return found;
  throw new LabError({
    where: '--format',
    message: json && found ? `--json, and ${format}` : `there is no format ${format}`,
    fix: `--format ${formats.join(', --format ')}`,
  });
}

const sourceOf = new Map(pack.map(rule => [rule.id, rule.source]));
const flat = (found: readonly Checked[]): readonly object[] =>
  found.flatMap(({ file, findings }) =>
    findings.map(each => ({ file, ...each, source: sourceOf.get(each.rule) })),
  );
const toJson = (value: unknown): string =>
  `${JSON.stringify(value, (key, each) => (key === 'check' ? undefined : each), 2)}\n`;

function print(stream: RulesOutput['out'], text: string): number {
  stream.write(text);
  return exitCodes.ok;
}
