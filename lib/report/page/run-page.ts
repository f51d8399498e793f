import { escaped } from '../../contract/workload/html.ts';
import { counted } from '../../contract/workload/number-text.ts';
import type { RunFacts, ShownCause } from '../facts.ts';
import { unknownHost } from '../gantt.ts';
import { methods } from '../methods.ts';
import { betterSizes, type Percentiles, type StepSizes } from '../sizes.ts';
import { asData, dollars, pageOf, quantity, spanOf, tableOf } from './html.ts';

export interface PageAssets {
  readonly style: string;
  /** The chart library and the page's own script. */
  readonly scripts: readonly string[];
}

export interface RunPageInput {
  readonly facts: RunFacts;
  readonly causes: readonly ShownCause[];
  /** GiB that the workload asks for on scratch. */
  readonly scratchGiB: number;
  readonly madeAt: Date;
}

/** Names that a page lists in full where it is printed. */
const printed = 1000;

/** A run's report: one file, without anything to load, that says in tables all that it shows in pictures. */
export function runPage(input: RunPageInput, { style, scripts }: PageAssets): Iterable<string> {
  const { facts } = input;
  const body = [
    heading(input),
    causesSection(input),
    mapSection(facts),
    timeSection(facts),
    needsSection(input),
    usageSection(facts),
    itemsSection(facts),
    provenanceSection(facts),
  ];
  return pageOf(`${facts.name ?? facts.run} · ${facts.title}`, style, body, [
    inScript(
      '<script type="application/json" id="facts">',
      asData({ ...facts, scratchGiB: input.scratchGiB }),
    ),
    ...scripts.map(script => inScript('<script>', [script])),
  ]);
}

function* inScript(head: string, pieces: Iterable<string>): Generator<string> {
  yield head;
  yield* pieces;
  yield '</script>';
}

function heading({ facts, madeAt }: RunPageInput): string {
  const { counts, usage, items, noun } = facts;
  const total = items.names.length;
  const done = counts.done + counts.partial;
  const nouns = escaped(total === 1 ? noun.one : noun.many);
  const state = facts.ended
    ? done === total
      ? `<span class="good">${total === 1 ? '' : 'all '}${quantity(total)} ${nouns} done</span>`
      : `<span class="bad">${quantity(done)} of ${quantity(total)} ${nouns} done</span>`
    : `${quantity(done)} of ${quantity(total)} ${nouns} done, and it goes on`;
  const seconds = facts.lastAt ? (Date.parse(facts.lastAt) - Date.parse(facts.createdAt)) / 1000 : 0;
  const totals: readonly (readonly [string, string])[] = [
    ['done', quantity(counts.done)],
    ...(['partial', 'failed', 'blocked', 'cancelled', 'running', 'waiting'] as const)
      .filter(each => counts[each] > 0)
      .map(each => [each, quantity(counts[each])] as const),
    ['attempts', quantity(usage.attempts)],
    ...(seconds > 0 ? [['from submission to end', spanOf(seconds)] as const] : []),
    ['vCPU-hours', quantity(usage.vcpuHours)],
    ...(usage.dollars === undefined ? [] : [['for its jobs', dollars(usage.dollars)] as const]),
  ];
  return `<header><h1>${escaped(facts.title)}${facts.name ? `: ${escaped(facts.name)}` : ''}</h1>
<p>${state}</p>
<p class="soft">run <code>${escaped(facts.run)}</code>, lab ${escaped(facts.lab)}, ${escaped(facts.region)}; submitted ${escaped(facts.createdAt)}${facts.rounds > 1 ? `, ${facts.rounds - 1} ${facts.rounds === 2 ? 'retry' : 'retries'}` : ''}; this page is of ${madeAt.toISOString()}</p></header>
<ul class="totals">${totals.map(([name, value]) => `<li><b>${escaped(value)}</b>${escaped(name)}</li>`).join('')}</ul>
${facts.steps.length > 1 ? stepsTable(facts) : ''}`;
}

const stepsTable = ({ steps }: RunFacts): string =>
  tableOf(
    ['step', 'items#', 'done#', 'failed#', 'blocked#', 'waiting#'],
    steps.map(({ step, items, counts }) => [
      step,
      quantity(items),
      quantity(counts.done + counts.partial),
      quantity(counts.failed),
      quantity(counts.blocked),
      quantity(counts.waiting + counts.running),
    ]),
  );

function causesSection({ causes, facts }: RunPageInput): string {
  if (causes.length === 0) return '';
  const blocks = causes.map(cause => {
    const more = cause.count - cause.some.length;
    const code =
      cause.exitCode === undefined || cause.kind === 'held' ? '' : ` (exit code ${cause.exitCode})`;
    const what = cause.kind === 'held' ? 'held' : cause.kind === 'cancelled' ? 'cancelled' : 'failed';
    const noun = cause.count === 1 ? facts.noun.one : facts.noun.many;
    return `<article><p><span class="${what === 'failed' ? 'bad' : 'soft'}">${quantity(cause.count)} ${escaped(noun)} ${what}${code}</span>: ${escaped(cause.reason)}</p>
<p class="soft">${escaped(cause.some.join(', '))}${more > 0 ? `, and ${quantity(more)} more` : ''}</p>
${cause.tail.length > 0 ? `<details><summary>what ${escaped(cause.some[0] ?? '')} printed last</summary><pre>${escaped(cause.tail.join('\n'))}</pre></details>` : ''}
<p>${escaped(cause.text)}:</p><pre>${escaped(cause.command)}</pre></article>`;
  });
  return `<section><h2>Why it is not done</h2>${blocks.join('\n')}</section>`;
}

const mapSection = ({
  noun,
  items,
}: RunFacts): string => `<section class="screen"><h2>Every ${escaped(noun.one)}</h2>
<div class="tools"><label>shown by <select id="by"><option value="state">state</option><option value="seconds">time</option><option value="memory">memory</option><option value="attempts">attempts</option></select></label>
<span class="soft" id="ramp"></span></div>
<ul class="key" id="key"></ul>
<div id="map" class="map chart" tabindex="0" role="application" aria-label="${quantity(items.names.length)} ${escaped(noun.many)}: arrow keys go from one to the next, F to the next that failed" aria-describedby="said"><canvas aria-hidden="true"></canvas></div>
<p class="said" id="said" aria-live="polite">Point at one, or press Tab and the arrow keys; F goes to the next that failed.</p></section>`;

function timeSection({ gantt }: RunFacts): string {
  if (gantt.host.length === 0) return '';
  const known = gantt.hosts.filter(host => host !== unknownHost).length;
  const others = known < gantt.hosts.length ? ', and some on hosts that nobody told' : '';
  return `<section><h2>Attempts on ${quantity(known)} ${known === 1 ? 'host' : 'hosts'}${others}</h2>
<div id="gantt" class="chart"><canvas role="img" aria-label="${counted(gantt.host.length, 'attempt')} on their hosts over time; ${quantity(gantt.exit.filter(code => code !== 0).length)} did not end well"></canvas></div></section>`;
}

function needsSection({ facts, scratchGiB }: RunPageInput): string {
  const { sizes } = facts;
  if (sizes.every(each => each.items === 0)) return '';
  const three = (values: Percentiles | undefined, text: (value: number) => string): readonly string[] =>
    values ? [text(values.p50), text(values.p95), text(values.max)] : ['', '', ''];
  const rows = sizes.flatMap(each => [
    row(
      each,
      'memory, GiB',
      quantity(each.asked.memoryMiB / 1024),
      three(each.memory, v => quantity(v / 1024)),
    ),
    row(each, 'cores in use', String(each.asked.vcpus), three(each.vcpus, quantity)),
    row(each, 'scratch, GiB', scratchGiB > 0 ? quantity(scratchGiB) : '', three(each.scratch, quantity)),
    row(each, 'time', spanOf(each.asked.timeoutSeconds), three(each.time, spanOf)),
  ]);
  const lines = sizes.flatMap(each => {
    const better = betterSizes(each);
    return better ? [sizeLine(facts, each, better)] : [];
  });
  return `<section><h2>What it needed</h2>
${tableOf(
  ['step', 'what', 'asked for#', 'median#', '95 %#', 'most#'],
  rows.filter(cells => cells[3] !== ''),
)}
<div class="screen"><div id="memory" class="chart" style="height:220px"><canvas role="img" aria-label="memory needed, against what was asked for: the table above has the figures"></canvas></div>
<div id="scratch" class="chart" style="height:220px"><canvas role="img" aria-label="scratch needed, against what was asked for: the table above has the figures"></canvas></div></div>
${lines.length > 0 ? `<p>Sizes that hold what was seen, for lab.config.ts:</p><pre>${escaped(lines.join('\n'))}</pre>` : ''}</section>`;
}

const row = (
  { step }: StepSizes,
  what: string,
  asked: string,
  values: readonly string[],
): readonly string[] => [step, what, asked, ...values];

/** The line of lab.config.ts with these sizes. */
export const sizeLine = (
  { provenance, steps }: Pick<RunFacts, 'provenance' | 'steps'>,
  { step }: Pick<StepSizes, 'step'>,
  better: Readonly<Record<string, number | undefined>>,
): string => {
  const sizes = Object.entries(better)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ');
  const own =
    steps.length > 1 ? `steps: { '${step}': { resources: { ${sizes} } } }` : `resources: { ${sizes} }`;
  return `workloads: { '${provenance.workload}': { ${own} } }`;
};

function usageSection(facts: RunFacts): string {
  const { usage, prices } = facts;
  const money = (value: number | undefined): string => (value === undefined ? 'not known' : dollars(value));
  return `<section><h2>What it used</h2>
${tableOf(
  ['host', 'market', 'hosts#', 'attempts#', 'job-hours#', 'vCPU-hours#', 'came to nothing#', 'price#'],
  usage.types.map(each => [
    each.type,
    each.market,
    quantity(each.hosts),
    quantity(each.attempts),
    quantity(each.jobHours),
    quantity(each.vcpuHours),
    `${quantity(each.wastedHours)} h`,
    money(each.dollars),
  ]),
)}
<p>${usage.wastedDollars === undefined ? `${quantity(usage.wastedHours)} job-hours` : `${dollars(usage.wastedDollars)} (${quantity(usage.wastedHours)} job-hours)`} went into attempts that came to nothing.${facts.unknownAttempts > 0 ? ` ${quantity(facts.unknownAttempts)} more left no trace of how long they took: they are in no sum here.` : ''}</p>
<p class="soft">A job is counted with its share of a host, by prices of ${escaped(prices.date)} (${escaped(prices.region)}: ${escaped(prices.source)}); spot at what the table has for it, or half of on demand. Left out: time in which hosts start, wait or are not full, volumes, requests, storage and transfer.</p></section>`;
}

function itemsSection({ noun, items }: RunFacts): string {
  const open = Array.from(items.states.keys()).filter(
    index => !['done', 'partial'].includes(items.states[index]!),
  );
  const rest = open.length - printed;
  const states = [...new Set(items.states)];
  return `<section><h2>${escaped(noun.many)}</h2>
<div class="screen"><div class="tools"><label>name has <input id="find" type="search"></label><label>state <select id="only"><option value="">any</option>${states.map(state => `<option>${state}</option>`).join('')}</select></label>
<button type="button" id="back">back</button><button type="button" id="on">next</button><span class="soft" id="where"></span></div>
<div class="wide"><table><thead><tr><th>${escaped(noun.one)}</th><th>state</th><th>step</th><th class="n">attempts</th><th class="n">time</th><th class="n">memory</th><th>reason</th></tr></thead><tbody id="items"></tbody></table></div></div>
<div class="print">${
    open.length === 0
      ? '<p>None is left to be done.</p>'
      : tableOf(
          ['not done', 'state', 'reason'],
          open
            .slice(0, printed)
            .map(index => [
              items.names[index]!,
              items.states[index]!,
              items.reasonOf[index]! < 0 ? '' : items.reasons[items.reasonOf[index]!]!,
            ]),
        )
  }${rest > 0 ? `<p>and ${quantity(rest)} more</p>` : ''}</div></section>`;
}

function provenanceSection(facts: RunFacts): string {
  const { provenance } = facts;
  const rows: readonly (readonly [string, string])[] = [
    ['workload', provenance.workload],
    ['arraylab', provenance.version],
    ['commit', provenance.commit ?? 'not known'],
    ['manifest, SHA-256', provenance.manifestSha256],
    ...provenance.images.map(image => ['image', image] as const),
    ...Object.entries(provenance.parameters).map(([name, value]) => [`--${name}`, value] as const),
    ...(provenance.arguments.length > 0 ? [['arguments', provenance.arguments.join(' ')] as const] : []),
    ...Object.entries(provenance.files).map(([name, hash]) => [`file of --${name}, SHA-256`, hash] as const),
  ];
  return `<section><h2>Where it comes from</h2>${tableOf(['what', 'which'], rows)}
<h2>For the paper</h2><p id="methods">${escaped(methods(facts))}</p></section>`;
}
