import { mapLimit } from '../../contract/run/map-limit.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { listRuns, readRun, type StoredRun } from '../../runs/stored-run.ts';
import type { Command } from '../command.ts';
import { type Context, findSpec } from '../context.ts';
import { wholeNumber } from '../input/parse-args.ts';
import { durationText, numberText, type Tone, table, tint, writeJson } from '../output/output.ts';
import { askedText, glance, type RunGlance, type RunState } from '../run-glance.ts';

const tones: Partial<Record<RunState, Tone>> = {
  done: 'good',
  partial: 'good',
  failed: 'bad',
  running: 'busy',
  waiting: 'quiet',
};

export const runs: Command = {
  name: 'runs',
  group: 'runs',
  summary: 'list runs, newest first: how each stands, what was asked, how long it took',
  usage: '[workload] [--limit N]',
  options: { limit: { type: 'string', value: 'N', describe: 'how many (default 20)' } },
  examples: ['lab runs', 'lab runs rapidtide --limit 100 --json'],
  onlyReads: true,
  async run(context, args) {
    const connection = await context.connect();
    const { store } = connection;
    const names = args.positionals[0]
      ? [context.spec(args.positionals[0]).name]
      : context.workloads.map(spec => spec.name);
    const found = (await listRuns(store, names)).slice(0, wholeNumber(args, 'limit') ?? 20);
    const read = await mapLimit(found, 4, async ref => {
      const run = await readRun(store, ref).catch(() => undefined);
      const spec = findSpec(context.workloads, ref.workload);
      return run && { run, glance: await glance(connection, run, spec, context.now()) };
    });
    const rows = read.flatMap(each => each ?? []);
    if (context.json) await writeJson(context.io.out, rows.map(asJson));
    else if (rows.length > 0) context.io.out.write(runTable(context, rows));
    const unsent = found.filter((_, at) => read[at] === undefined);
    if (unsent.length > 0)
      context.say(
        `never submitted, for ${unsent.length === 1 ? 'its submission was' : 'their submissions were'} interrupted at once: ${unsent.map(({ runId }) => runId).join(', ')}`,
      );
    const unread = rows.filter(each => each.glance.state === 'unread').length;
    if (unread > 0) context.say(`${unread} of many items were not looked into: npx lab status RUN`);
    context.say(
      rows.length === 0
        ? `no runs yet\nNext: npx lab submit --help`
        : `Next: npx lab status ${rows[0]!.run.runId}${context.suffix}`,
    );
    return exitCodes.ok;
  },
};

interface Row {
  readonly run: StoredRun;
  readonly glance: RunGlance;
}

const asJson = ({ run, glance: { state, counts, items, seconds } }: Row) => ({
  run: run.runId,
  workload: run.workload,
  state,
  items,
  ...(counts ? { counts } : {}),
  rounds: run.rounds.length,
  createdAt: run.request.createdAt,
  ...(seconds === undefined || state === 'running' || state === 'waiting' ? {} : { seconds }),
  ...(run.request.request.name ? { name: run.request.request.name } : {}),
  request: run.request.request,
});

/** The name that a user gave it, and what was asked for, are the column that gives way. */
const runTable = (context: Context, rows: readonly Row[]): string =>
  table(
    context.io.out,
    ['run', 'workload', 'state', 'done', 'took', 'what'],
    rows.map(({ run, glance: { state, counts, items, seconds } }) => {
      const { request } = run.request;
      const asked = askedText(findSpec(context.workloads, run.workload), request);
      return [
        run.runId,
        run.workload,
        tones[state] ? tint(context.io.out, tones[state], state) : state,
        // What is partial is not told as done.
        counts ? `${numberText(counts.done)}/${numberText(items)}` : numberText(items),
        seconds === undefined ? '' : durationText(seconds),
        [request.name, asked].filter(Boolean).join(': '),
      ];
    }),
  );
