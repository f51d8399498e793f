import { failureGroups } from '../ledger/failure-groups.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ItemNoun } from '../spec/workload.ts';
import { counted, cut, durationText, type Stream, tint } from './output.ts';

/** `▓▓▓▓░░ 4/6 · 1 failed · 2 running · 0.5/min · 2m left`. */
export function progressLine(
  stream: Stream,
  ledger: Ledger,
  elapsedSeconds: number,
  doneAtStart: number,
): string {
  const { done, failed, running, waiting, cancelled } = ledger.counts;
  const total = ledger.rows.length;
  const columns = stream.columns ?? 80;
  const cells = Math.max(8, Math.min(30, columns - 50));
  const filled = Math.round((cells * done) / Math.max(1, total));
  const broken =
    failed === 0 ? 0 : Math.max(1, Math.min(cells - filled, Math.round((cells * failed) / total)));
  const bar =
    tint(stream, 'good', '█'.repeat(filled)) +
    tint(stream, 'bad', '▒'.repeat(broken)) +
    '░'.repeat(Math.max(0, cells - filled - broken));
  const rate = elapsedSeconds > 2 ? (done - doneAtStart) / elapsedSeconds : 0;
  const parts = [
    `${done}/${total} done`,
    ...(failed > 0 ? [tint(stream, 'bad', `${failed} failed`)] : []),
    ...(running > 0 ? [`${running} running`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
    ...(rate > 0 && running + waiting > 0
      ? [rateText(rate), `${durationText((running + waiting) / rate)} left`]
      : []),
  ];
  return `${bar} ${parts.join(' · ')}`;
}

/** A rate in the unit that gives a number a person can hold on to. */
function rateText(perSecond: number): string {
  const [value, unit] = (
    [
      [perSecond, 's'],
      [perSecond * 60, 'min'],
      [perSecond * 3600, 'h'],
    ] as const
  ).find(([each]) => each >= 1) ?? [perSecond * 3600, 'h'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}/${unit}`;
}

/** The items that failed, in groups of one reason each. */
export function failureText(stream: Stream, ledger: Ledger, noun: ItemNoun): string {
  return failureGroups(ledger.rows)
    .slice(0, 10)
    .map(group => {
      const shown =
        group.names.slice(0, 6).join(', ') +
        (group.names.length > 6 ? `, and ${group.names.length - 6} more` : '');
      const code = group.exitCode === undefined ? '' : ` (exit code ${group.exitCode})`;
      const head = tint(stream, 'bad', `${counted(group.names.length, noun)} failed${code}: `);
      return `${head}${cut(group.reason, 200)}\n  ${shown}\n`;
    })
    .join('');
}
