import type { RunFacts } from '../../report/facts.ts';
import { sizeLine } from '../../report/page/run-page.ts';
import { betterSizes, type Percentiles, type StepSizes } from '../../report/sizes.ts';
import { durationText, numberText, type Stream, table } from './output.ts';

/** What a run used and needed, for a terminal; the page has the rest. */
export function reportText(stream: Stream, facts: RunFacts): string {
  const { usage, sizes } = facts;
  const types = usage.types.map(each => [
    each.type,
    each.market,
    numberText(each.attempts),
    hours(each.vcpuHours),
    `${hours(each.wastedHours)} h`,
    each.dollars === undefined ? '' : usd(each.dollars),
  ]);
  const needs = sizes.flatMap(needsOf);
  const lines = sizes.flatMap(each => {
    const better = betterSizes(each);
    return better ? [`  ${sizeLine(facts, each, better)}`] : [];
  });
  return [
    types.length > 0
      ? table(stream, ['host', 'market', 'attempts', 'vCPU-hours', 'for nothing', 'price'], types)
      : '',
    needs.length > 0 ? table(stream, ['step', 'what', 'asked', 'median', '95 %', 'most'], needs) : '',
    lines.length > 0 ? `sizes that hold what was seen, for lab.config.ts:\n${lines.join('\n')}\n` : '',
  ].join('');
}

function needsOf({ step, asked, memory, vcpus, scratch, time }: StepSizes): readonly (readonly string[])[] {
  const row = (
    what: string,
    given: string,
    values: Percentiles | undefined,
    text: (value: number) => string,
  ): readonly (readonly string[])[] =>
    values ? [[step, what, given, text(values.p50), text(values.p95), text(values.max)]] : [];
  const gib = (mib: number): string =>
    mib < 100 ? `${Math.ceil(mib)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
  return [
    ...row('memory', gib(asked.memoryMiB), memory, gib),
    ...row('cores', String(asked.vcpus), vcpus, value => value.toFixed(1)),
    ...row('scratch', '', scratch, value => gib(value * 1024)),
    ...row('time', durationText(asked.timeoutSeconds), time, durationText),
  ];
}

const hours = (value: number): string => numberText(value, { most: value < 10 ? 2 : 0 });
const usd = (value: number): string => `$${value.toFixed(2)}`;
