import type { ItemNoun } from '../../contract/workload/workload.ts';
import type { FailureGroup } from '../../ledger/failure-groups.ts';
import { counted, cut, durationText, type Stream, table, tint } from '../output/output.ts';
import type { RehearsalReport } from './report.ts';

/** A rehearsal's report for a person: what it would take, what would fail, and what a retry would do about it. */
export function reportText(stream: Stream, report: RehearsalReport, noun: ItemNoun): string {
  const { counts, items } = report;
  const lines = [
    `rehearsed ${report.workload} over ${counted(items, noun)}: ${report.doneByRound
      .map((done, round) => `${whole(done)} done after ${round === 0 ? 'the first round' : `retry ${round}`}`)
      .join(', ')}`,
    `  time       ${durationText(report.simulatedSeconds)}${report.isSimulated ? ` simulated (in ${durationText(report.realSeconds)})` : ' on this machine'}`,
    `  attempts   ${whole(report.attempts)}`,
    `  vCPUs      ${hours(report.vcpuHours)} vCPU-hours asked for`,
    `  price      ${price(report)}`,
  ];
  const hosts = report.hosts.map(each => [
    each.type,
    each.market,
    whole(each.peak),
    whole(each.launched),
    hours(each.instanceHours),
  ]);
  return [
    `${lines.join('\n')}\n`,
    hosts.length > 0
      ? table(stream, ['hosts', 'market', 'at once', 'in all', 'instance-hours'], hosts)
      : 'no host was launched\n',
    groups(stream, report.failures, 'failed', noun),
    counts.blocked === 0
      ? ''
      : `${counted(counts.blocked, noun)} held: waits for what failed before it, and goes on with it\n`,
    groups(stream, report.stuck, 'would wait for ever', noun),
    counts.done === items ? '' : `${retryText(report, noun)}\n`,
  ].join('');
}

function groups(stream: Stream, list: readonly FailureGroup[], what: string, noun: ItemNoun): string {
  return list
    .slice(0, 10)
    .map(({ names, exitCode, reason }) => {
      const more = names.length > 6 ? `, and ${whole(names.length - 6)} more` : '';
      const code = exitCode === undefined ? '' : ` (exit code ${exitCode})`;
      const head = tint(stream, 'bad', `${counted(names.length, noun)} ${what}${code}: `);
      return `${head}${cut(reason, 200)}\n  ${names.slice(0, 6).join(', ')}${more}\n`;
    })
    .join('');
}

function retryText({ failures, counts, items }: RehearsalReport, noun: ItemNoun): string {
  const told = (pattern: RegExp): boolean => failures.some(each => pattern.test(each.reason));
  const options = [
    ...(told(/OutOfMemory/) ? ['--memory x2'] : []),
    ...(told(/exceeded timeout/) ? ['--timeout and a longer time'] : []),
  ];
  const hint = options.length > 0 ? `, best with ${options.join(' and ')}` : '';
  return `lab retry would run ${counted(items - counts.done, noun)} again${hint}`;
}

function price({ cost, hosts }: RehearsalReport): string {
  if (cost !== undefined) return `${cost.toFixed(2)} USD for the instances, from their launch to their end`;
  const types = [...new Set(hosts.map(each => each.type))];
  return `not known${types.length > 0 ? `: --price-per-hour ${types.map(each => `${each}=USD`).join(',')}` : ''}`;
}

const whole = (count: number): string => count.toLocaleString('en-US');
const hours = (count: number): string =>
  count.toLocaleString('en-US', { maximumFractionDigits: count < 10 ? 2 : 0 });
