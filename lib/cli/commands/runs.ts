import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { mapLimit } from '../../ledger/map-limit.ts';
import { listRuns, readRun } from '../../runs/stored-run.ts';
import type { Command } from '../command.ts';
import { wholeNumber } from '../input/parse-args.ts';
import { table } from '../output/output.ts';

export const runs: Command = {
  name: 'runs',
  group: 'runs',
  summary: 'list runs, newest first',
  usage: '[workload] [--limit N]',
  options: { limit: { type: 'string', value: 'N', describe: 'how many (default 20)' } },
  examples: ['lab runs', 'lab runs rapidtide --limit 100 --json'],
  onlyReads: true,
  async run(context, args) {
    const { store } = await context.connect();
    const names = args.positionals[0]
      ? [context.spec(args.positionals[0]).name]
      : context.workloads.map(spec => spec.name);
    const found = (await listRuns(store, names)).slice(0, wholeNumber(args, 'limit') ?? 20);
    const read = await mapLimit(found, 8, ref => readRun(store, ref).catch(() => undefined));
    const rows = read.flatMap(run => (run ? [run] : []));
    if (context.json) {
      context.print(
        JSON.stringify(
          rows.map(run => ({
            run: run.runId,
            workload: run.workload,
            items: run.request.items,
            rounds: run.rounds.length,
            createdAt: run.request.createdAt,
            ...(run.request.request.name ? { name: run.request.request.name } : {}),
          })),
        ),
      );
    } else if (rows.length > 0) {
      context.io.out.write(
        table(
          context.io.out,
          ['run', 'workload', 'items', 'rounds', 'submitted', 'name'],
          rows.map(run => [
            run.runId,
            run.workload,
            String(run.request.items),
            String(run.rounds.length),
            run.request.createdAt,
            run.request.request.name ?? '',
          ]),
        ),
      );
    }
    context.say(
      rows.length === 0
        ? `no runs yet\nNext: npx lab submit --help`
        : `Next: npx lab status ${rows[0]!.runId}${context.suffix}`,
    );
    return exitCodes.ok;
  },
};
