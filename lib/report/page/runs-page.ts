import { escaped } from '../../contract/workload/html.ts';
import type { Usage } from '../usage.ts';
import { dollars, pageOf, quantity, spanOf } from './html.ts';

/** A line of the lab's page of runs. */
export interface ShownRun {
  readonly run: string;
  readonly workload: string;
  readonly name?: string;
  readonly createdAt: string;
  /** Of the last attempt that left a record. */
  readonly lastAt?: string;
  readonly ended: boolean;
  readonly items: number;
  readonly done: number;
  readonly failed: number;
  readonly usage: Pick<Usage, 'attempts' | 'vcpuHours' | 'dollars' | 'wastedHours'>;
  /** The run's own page, beside this one. */
  readonly page?: string;
}

/** Every run of a lab on one page, the newest first. */
export function runsPage(
  lab: string,
  runs: readonly ShownRun[],
  madeAt: Date,
  style: string,
): Iterable<string> {
  const sum = (of: (run: ShownRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const priced = runs.filter(run => run.usage.dollars !== undefined);
  const totals: readonly (readonly [string, string])[] = [
    ['runs', quantity(runs.length)],
    ['items done', quantity(sum(run => run.done))],
    ['vCPU-hours', quantity(sum(run => run.usage.vcpuHours))],
    ...(priced.length > 0 ? [['for jobs', dollars(sum(run => run.usage.dollars ?? 0))] as const] : []),
  ];
  const rows = runs.map(run => {
    const seconds = run.lastAt ? (Date.parse(run.lastAt) - Date.parse(run.createdAt)) / 1000 : 0;
    const name = `${escaped(run.name ?? run.run)}`;
    const state = run.done === run.items ? 'done' : run.ended ? 'not done' : 'goes on';
    return `<tr><td>${run.page ? `<a href="${escaped(encodeURI(run.page))}">${name}</a>` : name}${run.name ? `<br><code class="soft">${escaped(run.run)}</code>` : ''}</td>
<td>${escaped(run.workload)}</td><td>${escaped(run.createdAt.slice(0, 16).replace('T', ' '))}</td>
<td class="${state === 'not done' ? 'bad' : state === 'done' ? 'good' : ''}">${state}</td>
<td class="n">${quantity(run.done)} of ${quantity(run.items)}${run.failed > 0 ? `, ${quantity(run.failed)} failed` : ''}</td>
<td class="n">${seconds > 0 ? spanOf(seconds) : ''}</td><td class="n">${quantity(run.usage.vcpuHours)}</td>
<td class="n">${run.usage.dollars === undefined ? '' : dollars(run.usage.dollars)}</td></tr>`;
  });
  return pageOf(`Runs of ${lab}`, style, [
    `<header><h1>Runs of ${escaped(lab)}</h1><p class="soft">${madeAt.toISOString()}</p></header>
<ul class="totals">${totals.map(([name, value]) => `<li><b>${escaped(value)}</b>${escaped(name)}</li>`).join('')}</ul>
<div class="wide"><table><thead><tr><th>run</th><th>workload</th><th>submitted</th><th>state</th><th class="n">items</th><th class="n">took</th><th class="n">vCPU-hours</th><th class="n">price</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`,
  ]);
}
