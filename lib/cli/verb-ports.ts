import type { RunPort, VerbPorts } from '../contract/verb/verb-ports.ts';
import { LabError } from '../contract/workload/errors.ts';
import { exitCodes } from '../contract/workload/exit-codes.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';
import { specPorts } from '../runs/spec-ports.ts';
import type { Context } from './context.ts';
import { gatherStream } from './input/gather-bytes.ts';
import { readItems } from './input/read-items.ts';
import { sameCommand } from './output/command-line.ts';
import { table, tint, writeAll, writeJson } from './output/output.ts';
import { progressOf, runWorld } from './run-world.ts';
import { sayLater, sayWaits, untilThere } from './until-there.ts';

/** A call of `lab`, as a verb sees it that these workloads bring. */
export async function verbPorts(context: Context, bringing: readonly WorkloadSpec[]): Promise<VerbPorts> {
  const { io, cwd, stdin, json, suffix, signal, argv, say, print } = context;
  return {
    ...{ cwd, stdin, json, suffix, signal, say, print },
    now: () => context.now(),
    write: text => writeAll(io.out, text),
    writeJson: value => writeJson(io.out, value),
    table(header, rows, as = 'results') {
      const stream = as === 'talk' ? io.err : io.out;
      stream.write(table(stream, header, rows));
    },
    tint: (tone, text) => tint(io.out, tone, text),
    colour: tint(io.out, 'good', 'x') !== 'x',
    progress: progressOf(context),
    sameCall: (without = '', more = []) => sameCommand(argv, without, more),
    async listed(list, noun) {
      const { storeOf } = await context.connect();
      const sources = { cwd, store: storeOf, readStdin: () => gatherStream(stdin), say: context.say };
      return (await readItems(list, noun, sources)).items;
    },
    async places(none) {
      const config = await context.config();
      const spec = bringing.find(({ name }) => config.workloads[name]?.enabled);
      if (!spec) throw new LabError(none);
      const request = { workload: spec.name, parameters: {} };
      return specPorts(spec, request, await context.connect(), await runWorld(context)).place;
    },
    storeOf: async bucket => (await context.connect()).placeStoreOf(bucket),
    run: args => runPort(context, args),
    openRun: async runId =>
      (await import('./queue/serve-open-run.ts')).serveOpenRun(context, bringing[0]!, runId),
    async first(wait, ask, nothing = 'nothing was done yet') {
      const left = await ask();
      if (left.length === 0) return undefined;
      if (!wait) {
        sayLater(context, left, nothing);
        return exitCodes.toMend;
      }
      sayWaits(context);
      if (await untilThere(context, ask)) return undefined;
      say(`interrupted; ${nothing}\nNext: ${sameCommand(argv, 'dry-run')}`);
      return exitCodes.interruptedByUser;
    },
  };
}

async function runPort(context: Context, args: Parameters<VerbPorts['run']>[0]): Promise<RunPort> {
  const { run, items, connection, ledger } = await (await import('./open.ts')).openedRun(context, args);
  const { workload, runId, request } = run;
  return {
    run: { workload, runId, request: request.request },
    store: connection.store,
    items,
    async states() {
      const { rows } = await ledger();
      return name => rows.named(name)?.state;
    },
  };
}
