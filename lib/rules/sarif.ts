import { isAbsolute, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Checked } from './render.ts';
import type { Rule } from './rule.ts';

/** Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), every rule with its text and page. */
export function toSarif(checked: readonly Checked[], rules: readonly Rule[], version: string): object {
  const indexOf = new Map(rules.map((rule, at) => [rule.id, at]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'arraylab-rules',
            semanticVersion: version,
            rules: rules.map(({ id, what, source, fix }) => ({
              id,
              shortDescription: { text: what },
              helpUri: source,
              help: { text: fix },
              defaultConfiguration: { level: 'error' },
            })),
          },
        },
        results: checked.flatMap(resultsOf(indexOf)),
      },
    ],
  };
}

const resultsOf =
  (indexOf: ReadonlyMap<string, number>) =>
  ({ file, findings, lines }: Checked): readonly object[] => {
    const lineOf = findings.length > 0 ? lines() : new Map<string, number>();
    return findings.map(({ rule, resource, value, message, fix }) => ({
      ruleId: rule,
      ruleIndex: indexOf.get(rule),
      level: 'error',
      message: { text: `${resource}: ${message} (${value}). Fix: ${fix}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file) },
            region: { startLine: lineOf.get(resource) ?? 1 },
          },
          logicalLocations: [{ name: resource, kind: 'resource' }],
        },
      ],
      // What stays the same when lines move, so that code hosts know a finding again.
      partialFingerprints: { 'resourceAndRule/v1': `${resource}/${rule}/${value}` },
    }));
  };

/** Relative paths stay so: whoever shows them knows the root. */
const uriOf = (file: string): string =>
  isAbsolute(file) ? pathToFileURL(file).href : file.split(sep).map(encodeURIComponent).join('/');
