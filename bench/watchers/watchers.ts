import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tickMs, ticksTogether } from '../../lib/ledger/look/call-window.ts';

const run = promisify(execFile);

interface Look {
  /** Minutes since the run began. */
  readonly at: number;
  readonly batch: number;
  readonly s3: number;
  readonly ended: number;
  readonly running: number;
}

interface Seen {
  readonly watchers: readonly {
    readonly looks: readonly Look[];
    readonly calls: { readonly throttled: number };
    readonly counts: { readonly done: number; readonly failed: number };
  }[];
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** The most calls of Batch that one watcher made in ten ticks of five seconds, wherever they begin. */
function mostInTenTicks(looks: readonly Look[]): number {
  const minutes = (ticksTogether * tickMs) / 60_000;
  return Math.max(
    ...looks.map(({ at }) =>
      looks.reduce((sum, look) => (look.at >= at && look.at < at + minutes ? sum + look.batch : sum), 0),
    ),
  );
}

/**
 * Ten watchers of a run of 10,000 children that all run at once, in simulated time: the code of `lab watch` over the twin's model
 * of Batch, whose account takes 50 calls a second. Counts are the same in every round: one is enough.
 */
export async function watchers(projectRoot: string): Promise<string> {
  const lines = ['watchers: ten of 10,000 children, calls of Batch a look (most), S3 requests a look'];
  for (const failedEvery of [0, 20]) {
    const folder = await mkdtemp(join(tmpdir(), 'lab-bench-watchers-'));
    try {
      const words = [join(import.meta.dirname, 'run.ts'), projectRoot, folder, `${failedEvery}`];
      const { stdout } = await run(process.execPath, words, { maxBuffer: 2 ** 26, timeout: 600_000 });
      const seen = JSON.parse(stdout) as Seen;
      const looks = seen.watchers.flatMap(each => each.looks);
      const line = (name: string, of: (look: Look) => boolean): string => {
        const some = looks.filter(of);
        const mean = (value: (look: Look) => number): string =>
          (some.reduce((sum, look) => sum + value(look), 0) / some.length).toFixed(2);
        const most = Math.max(...some.map(({ batch }) => batch));
        return `  ${name.padEnd(28)}${String(some.length).padStart(6)} looks  ${mean(each => each.batch)} (${most})  ${mean(each => each.s3)}`;
      };
      const most = Math.max(...seen.watchers.map(each => mostInTenTicks(each.looks)));
      const throttled = seen.watchers.reduce((sum, each) => sum + each.calls.throttled, 0);
      if (seen.watchers.some(({ counts }) => counts.done + counts.failed !== 10_000))
        throw new Error('a watcher has not seen the end');
      lines.push(
        `${failedEvery === 0 ? 'none fails' : `one in ${failedEvery} fails`}: ${throttled} throttled, at most ${most} calls of a watcher in ${ticksTogether} ticks; ${seen.cpuSeconds.toFixed(0)} CPU s and ${seen.peakMiB.toFixed(0)} MiB, the twin's Batch among them`,
        line('until all run', look => look.ended === 0 && look.running < 10_000),
        line('all run', look => look.running === 10_000),
        line('they end', look => look.ended > 0 && look.running > 0),
        line('all looks', () => true),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return `${lines.join('\n')}\n`;
}
