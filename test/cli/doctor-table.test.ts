import { countsText, doctorTable } from '../../lib/cli/output/doctor-table.ts';
import { width } from '../../lib/cli/output/output.ts';
import type { Row } from '../../lib/doctor/run-checks.ts';

const rows: Row[] = [
  { check: 'region', outcome: 'ok', text: 'us-east-1' },
  { check: 'datasets', outcome: 'ok', text: 'a opens' },
  {
    check: 'datasets',
    outcome: 'fail',
    text: 'b: bucket some-long-bucket-name is in eu-west-1, and lab.config.ts says us-east-1',
    fix: "datasets.b.region: 'eu-west-1' in lab.config.ts",
  },
  { check: 'quotas', outcome: 'unchecked', text: 'needs servicequotas:GetServiceQuota' },
];

it('fits the terminal: texts are broken between words, and nothing of them is lost', () => {
  const text = doctorTable({ write: () => true, isTTY: true, columns: 60 }, rows);
  for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(60);
  const words = (line: string) => line.split(/\s+/).filter(Boolean);
  expect(words(text)).toEqual(expect.arrayContaining(words(rows[2]!.text)));
  expect(text).toContain("→ datasets.b.region: 'eu-west-1'");
});

it('in a pipe has a line a finding, and one a fix, without colours', () => {
  expect(doctorTable({ write: () => true }, rows)).toBe(
    `ok           region    us-east-1
ok           datasets  a opens
fail                   b: bucket some-long-bucket-name is in eu-west-1, and lab.config.ts says us-east-1
                       → datasets.b.region: 'eu-west-1' in lab.config.ts
not checked  quotas    needs servicequotas:GetServiceQuota
`,
  );
});

it('counts what there is', () => {
  expect(countsText(rows)).toBe('2 ok, 1 failure, 1 not checked');
});
