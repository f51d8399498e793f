import type { Rule, RuleFinding } from './rule.ts';

/** A template's file with what was found in it. */
export interface Checked {
  readonly file: string;
  readonly findings: readonly RuleFinding[];
  /** Lines of its resources, from 1. */
  readonly lines: () => ReadonlyMap<string, number>;
}

const longestValue = 60;

/** Findings as tables, a template each, and below what to do about every rule that found something. */
export function renderFindings(checked: readonly Checked[], rules: readonly Rule[]): string {
  const bad = checked.filter(each => each.findings.length > 0);
  const tables = bad.map(
    ({ file, findings }) =>
      `${file}\n${table(
        ['RESOURCE', 'RULE', 'VALUE', 'WHAT IS WRONG'],
        findings.map(each => [each.resource, each.rule, short(each.value), each.message]),
      )}`,
  );
  const findings = bad.flatMap(each => each.findings);
  const fixes = rules.flatMap(rule => {
    const own = new Set(findings.filter(each => each.rule === rule.id).map(each => each.fix));
    if (own.size === 0) return [];
    const lines = [...own].map(each => `  fix: ${each}\n`).join('');
    return [`${rule.id}: ${rule.what}\n${lines}  ${rule.source}\n`];
  });
  return [...tables, ...fixes].join('\n');
}

/** Every rule: what it asks for, and where AWS says so. */
export const renderRules = (rules: readonly Rule[]): string =>
  rules.map(rule => `${rule.id}\n  ${rule.what}\n  ${rule.source}\n`).join('');

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map(row => row[column]!.length)));
  return all
    .map(
      row =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** A value in one line of the table. */
function short(value: string): string {
  const line = value.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line;
}
