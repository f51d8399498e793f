import type { StepCounts } from '../../ledger/ledger.ts';
import type { RunPace } from '../watch/pace.ts';
import type { Watched } from '../watch/watched.ts';
import { columnsOf, durationText, numberText, type Stream, type Tone, tint, width } from './output.ts';

type Bar = Pick<Watched, 'counts' | 'total' | 'steps' | 'atWork'> & Partial<Pick<Watched, 'unasked'>>;

/**
 * `▓▓▓▓░░ 4/6 done · 1 failed · 2 running · 1m left`, in the stream's columns: what matters least goes first, and how many
 * failed never does.
 */
export function progressLine(stream: Stream, watched: Bar, pace: RunPace): string {
  const { counts, total, steps, unasked = 0 } = watched;
  const { partial, failed, running, waiting, blocked, cancelled } = counts;
  const done = counts.done + partial;
  const atWork = Math.min(running, watched.atWork);
  const parts: readonly Part[] = [
    { text: `${numberText(done)}/${numberText(total)} done` },
    { text: partial > 0 ? `${numberText(partial)} partial` : '' },
    { text: failed > 0 ? `${numberText(failed)} failed` : '', tone: 'bad' },
    { text: atWork > 0 ? `${numberText(atWork)} running` : '' },
    { text: waiting + running > atWork ? `${numberText(waiting + running - atWork)} waiting` : '' },
    { text: unasked > 0 ? `${numberText(unasked)} not asked about yet` : '' },
    { text: blocked > 0 ? `${numberText(blocked)} blocked` : '' },
    { text: cancelled > 0 ? `${numberText(cancelled)} cancelled` : '' },
    { text: pace.perSecond > 0 && running + waiting > 0 ? rateText(pace.perSecond) : '' },
    { text: pace.leftSeconds === undefined ? '' : `${durationText(pace.leftSeconds)} left` },
    { text: steps.length > 1 ? steps.map(shortly).join(', ') : '' },
  ];
  const columns = columnsOf(stream) - 1;
  const bar = barOf(stream, watched, Math.max(8, Math.min(30, columns - 49)));
  let shown = parts.map((part, index) => ({ ...part, index })).filter(part => part.text !== '');
  const text = (): string => shown.map(part => part.text).join(' · ');
  let hasBar = true;
  for (const least of leastFirst) {
    if (!stream.isTTY || width(text()) + (hasBar ? bar.cells + 1 : 0) <= columns) break;
    if (least === theBar) hasBar = false;
    shown = shown.filter(part => part.index !== least);
  }
  const line = shown.map(part => (part.tone ? tint(stream, part.tone, part.text) : part.text)).join(' · ');
  return hasBar ? `${bar.text} ${line}` : line;
}

/** `archive 5/6`. */
const shortly = ({ step, items, counts }: StepCounts): string =>
  `${step} ${numberText(counts.done + counts.partial)}/${numberText(items)}`;

interface Part {
  readonly text: string;
  readonly tone?: Tone;
}

/** A bar says nothing that the numbers do not. */
const theBar = -1;
/** By what is missed least: rate, steps, cancelled, blocked, the bar, waiting and what of it was not asked about, time left, running, partial. */
const leastFirst = [8, 10, 7, 6, theBar, 5, 4, 9, 3, 1];

function barOf(stream: Stream, { counts, total }: Bar, cells: number): { text: string; cells: number } {
  const { failed } = counts;
  const done = counts.done + counts.partial;
  const filled = Math.round((cells * done) / Math.max(1, total));
  const broken =
    failed === 0 ? 0 : Math.max(1, Math.min(cells - filled, Math.round((cells * failed) / total)));
  const empty = '░'.repeat(Math.max(0, cells - filled - broken));
  const text = tint(stream, 'good', '█'.repeat(filled)) + tint(stream, 'bad', '▒'.repeat(broken)) + empty;
  return { text, cells };
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
