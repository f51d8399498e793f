import { reportExport, reportIngest } from '../../jobs/vcf/report.ts';
import type { AttemptRecord, ItemRecord } from '../../lib/contract/run/records.ts';
import { summarize } from '../../lib/ledger/run-summary.ts';

const item = (name: string, how: string, more: Partial<ItemRecord> = {}): ItemRecord => ({
  name,
  state: 'done',
  facts: { how },
  ...more,
});

/** An attempt between two minutes of an hour, on a host. */
const attempt = (
  step: string,
  [from, to]: readonly [number, number],
  host: string,
  more: Partial<AttemptRecord>,
): AttemptRecord => ({
  version: 2,
  runId: 'r',
  step,
  round: 0,
  shard: 0,
  jobId: step,
  attempt: 1,
  startedAt: `2026-01-01T00:${String(from).padStart(2, '0')}:00Z`,
  endedAt: `2026-01-01T00:${String(to).padStart(2, '0')}:00Z`,
  exitCode: 0,
  host: {
    hostname: host,
    instanceId: `i-${host}`,
    instanceType: host === 'a' ? 'i4i.4xlarge' : 'm6id.8xlarge',
  },
  ...more,
});
const items = ['s1', 's2', 's3', 's4'].map(name => ({ name }));

it('the end of an ingest tells each sample once, by its newest record, and hosts from first to last', () => {
  const interrupted = { state: 'interrupted' } as const;
  const summary = summarize([
    // The second attempt of a shard whose first left no record; then the third.
    attempt('store', [0, 12], 'a', {
      attempt: 2,
      items: [item('s1', 'stored', { bytesIn: 1_500_000 }), item('s2', 'open', interrupted)],
    }),
    attempt('store', [20, 30], 'b', {
      attempt: 3,
      items: [
        item('s1', 'stored'),
        item('s2', 'repaired', { facts: { how: 'repaired', statistics: 'too high' } }),
      ],
    }),
    attempt('store', [12, 24], 'a', {
      shard: 1,
      jobId: 'other',
      items: [item('s3', 'there'), item('s4', 'failed', { state: 'failed' })],
    }),
    attempt('consolidate', [30, 36], 'b', {
      whole: {
        name: 'consolidate',
        state: 'done',
        facts: { samples: 3, fragments: 1234, datasetBytes: 2e9 },
      },
    }),
  ]);
  expect(reportIngest(items, summary)).toEqual([
    '4 samples asked: 1 stored, 1 stored after a repair, 1 skipped (whole before), 1 failed',
    '3 samples in the dataset, 1,234 fragments, 2.0 GB; 1.5 MB of files read',
    'allele frequencies are too high after the repair of 1 sample: where they are needed, store all into a new dataset',
    '5 attempts on 2 hosts: 0.4 h of i4i.4xlarge, 0.3 h of m6id.8xlarge',
  ]);
});

it('samples that no attempt got to are failed ones', () => {
  expect(reportIngest(items, summarize([]))[0]).toBe(
    '4 samples asked: 0 stored, 0 stored after a repair, 0 skipped (whole before), 4 failed',
  );
});

it('the end of an export tells samples without a record, and one file of all', () => {
  const done = (name: string, records: number): ItemRecord => ({
    name,
    state: 'done',
    facts: { records },
    bytesOut: 500,
  });
  const each = summarize([
    attempt('export', [0, 3], 'a', { items: [done('s1', 3), { name: 's2', state: 'interrupted' }] }),
    attempt('export', [0, 3], 'a', { items: [done('s1', 3), { name: 's2', state: 'interrupted' }] }),
    attempt('export', [0, 6], 'a', {
      attempt: 2,
      items: [done('s1', 3), done('s2', 0), { name: 's3', state: 'failed' }],
    }),
  ]);
  expect(reportExport(items, each)).toEqual([
    '4 samples asked: 2 exported, 1 of them without a record, 2 failed; 1.0 kB',
    '2 attempts on 1 host: 0.1 h of i4i.4xlarge',
  ]);
  const none = summarize([attempt('export', [0, 6], 'a', { items: [done('s1', 0), done('s2', 0)] })]);
  expect(reportExport(items, none)[1]).toMatch(/^not one has a record in these regions: contigs are named/);
  const facts = { records: 9, samples: 4, withoutRecords: 1, otherEnds: 1200 };
  const whole = { name: 'export', state: 'done', facts, bytesOut: 9000 } as const;
  expect(reportExport(items, summarize([attempt('export', [0, 6], 'a', { whole })])).slice(0, 2)).toEqual([
    '4 samples asked: 4 exported into one file, 1 of them without a record, 0 failed; 9.0 kB',
    '1,200 blocks end elsewhere in the merged file, whose records have one END for all samples: without --merge each keeps its own',
  ]);
});
