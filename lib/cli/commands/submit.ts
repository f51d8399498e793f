import type { ParsedList } from '../../contract/list/parse-list.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import { gather, LabError, type Problem, refuse } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import type {
  Item,
  ParameterSpec,
  RunRequest,
  SpecPorts,
  WorkloadSpec,
} from '../../contract/workload/workload.ts';
import { planRound } from '../../plan/plan-round.ts';
import { runIdOf } from '../../plan/run-id.ts';
import { selectItems } from '../../plan/select.ts';
import { stepFolderProblems } from '../../plan/step-folders.ts';
import { frozenFiles, storeScripts } from '../../runs/scripts.ts';
import { storeRound, storeRun } from '../../runs/store-round.ts';
import { findRun, readRun } from '../../runs/stored-run.ts';
import { submitRound } from '../../runs/submit-round.ts';
import type { Args, Command, OptionSpec } from '../command.ts';
import type { Connection, Context } from '../context.ts';
import { datasetStores } from '../input/dataset-stores.ts';
import { inputPlaces, lookAtInputs } from '../input/look-at-inputs.ts';
import { wholeNumber } from '../input/parse-args.ts';
import { readAll } from '../input/read-all.ts';
import { listOptions, readItems } from '../input/read-items.ts';
import { readRequest } from '../input/read-request.ts';
import { readScripts } from '../input/read-script.ts';
import { orInterrupted } from '../or-interrupted.ts';
import { listText, planText } from '../output/plan-text.ts';
import { openRun } from '../run-lookup.ts';
import { unfilledSecrets } from '../unfilled-secrets.ts';
import { followRun } from '../watch/follow.ts';

export const submit: Command = {
  name: 'submit',
  summary: 'submit a workload over every item of a list',
  usage: '<workload> --<items> LIST [options] [-- tool arguments]',
  options: {
    items: {
      type: 'string',
      value: 'LIST',
      describe: 'file, s3://bucket/key or /prefix/*/, a..b, a,b,c, or -',
    },
    column: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      describe: 'the column of the list that names them; a,b joins two',
    },
    'no-header': { type: 'boolean', describe: 'the first line of the list is one of them already' },
    unique: { type: 'boolean', describe: 'a name in several rows is taken once' },
    only: {
      type: 'string',
      value: 'NAMES',
      multiple: true,
      describe: 'only these, comma-separated, or ranges a..b',
    },
    limit: { type: 'string', value: 'N', describe: 'only the first N' },
    shards: { type: 'string', value: 'N', describe: 'cut the items into N array children' },
    'items-per-shard': { type: 'string', value: 'N', describe: 'items an array child does (default 1)' },
    parallel: { type: 'string', value: 'N', describe: 'at most N shards at once' },
    vcpus: { type: 'string', value: 'N', describe: 'vCPUs a shard' },
    memory: { type: 'string', value: 'SIZE', describe: 'memory a shard: 62000 (MiB), 60GiB, 64GB or x2' },
    timeout: { type: 'string', value: 'TIME', describe: 'of one attempt: 3600, 90m, 10h' },
    attempts: { type: 'string', value: 'N', describe: 'tries of a shard after lost hosts, 1 to 10' },
    pool: { type: 'string', value: 'POOL', describe: 'another pool of the workload' },
    'dry-run': { type: 'boolean', describe: 'print the plan and stop' },
    wait: { type: 'boolean', describe: 'watch the run to its end' },
    resume: { type: 'string', value: 'RUN', describe: 'go on with a submission that was interrupted' },
  },
  examples: [
    'lab submit rapidtide --participants participants.txt --do copy-test --wait',
    'lab submit rapidtide --participants participants.txt --do script --script ./my.sh --parallel 20',
  ],
  run: (context, args) => (args.text('resume') ? resume(context, args) : submitNew(context, args)),
};

/** The options of `lab submit <workload>`: the common ones, the items' own name, the workload's parameters. */
export function submitOptions(spec: WorkloadSpec): Readonly<Record<string, OptionSpec>> {
  const parameters = spec.parameters.map(parameter => [parameter.name, parameterOption(parameter)] as const);
  return {
    [spec.item.many]: {
      type: 'string',
      value: 'LIST',
      describe: `the ${spec.item.many}: ${submit.options.items!.describe}`,
    },
    ...Object.fromEntries(parameters),
    ...submit.options,
    items: { ...submit.options.items!, describe: `the same as --${spec.item.many}` },
  };
}

function parameterOption(parameter: ParameterSpec): OptionSpec {
  const choices = parameter.choices ? `: ${parameter.choices.join(' | ')}` : '';
  const fallback = parameter.default === undefined ? '' : ` (default ${parameter.default})`;
  return {
    type: parameter.type === 'boolean' ? 'boolean' : 'string',
    value: 'VALUE',
    describe: `${parameter.describe}${choices}${fallback}`,
  };
}

async function submitNew(context: Context, args: Args): Promise<number> {
  const run = await submitRun(context, args, { needsSecrets: true });
  return run ? submitted(context, args, run.runId, run.connection) : exitCodes.ok;
}

/** Checks, plans and submits a run, and says so; undefined for a dry run, which submits nothing. */
export async function submitRun(
  context: Context,
  args: Args,
  { needsSecrets }: { readonly needsSecrets: boolean },
): Promise<{ readonly runId: string; readonly connection: Connection } | undefined> {
  const spec = context.spec(args.positionals[0] ?? '');
  const config = await context.config();
  const told = gather();
  await told.ask(() => refuse(enabledProblems(spec, config)));
  const request = await told.ask(() => readRequest(spec, args));
  // What needs no connection is told without one.
  const source = await told.ask(() => sourceOf(spec, args));
  const isRemote = source?.startsWith('s3://') ?? false;
  const readList = (storeOf: Connection['storeOf']) =>
    told.ask(() => readChosen(context, args, spec, source!, storeOf));
  const local = source === undefined || isRemote ? undefined : await readList(noStore);
  const runId = runIdOf(context.now(), context.seed());
  const plan = (request: RunRequest, items: readonly Item[], queues: Readonly<Record<string, string>>) =>
    planRound({
      spec,
      config,
      request,
      runId,
      round: 0,
      now: context.now(),
      queues,
      itemsByStep: Object.fromEntries(spec.steps.map(step => [step.name, items])),
    });
  // Sizes, times and the pool are refused together with the list: planned with one item where there is none.
  const queues = Object.fromEntries(Object.keys(config.pools).map(pool => [pool, pool]));
  if (request) await told.ask(() => plan(request, local?.items ?? [{ name: 'item' }], queues));
  told.refuse();

  const connection = await context.connect();
  const look = async () => {
    const listed = local ?? (await readList(connection.storeOf));
    if (!listed) return undefined;
    const scripts = await told.ask(() => readScripts(spec, request!, context.cwd, connection.store));
    const datasets = datasetStores(connection, config);
    // A rehearsal has no inputs and needs no secrets.
    const looked = needsSecrets ? await lookAtInputs(spec, config, datasets) : undefined;
    await told.ask(() => refuse(looked?.problems ?? []));
    if (needsSecrets)
      await told.ask(async () =>
        refuse(await unfilledSecrets(spec.name, config, connection, context.suffix)),
      );
    const notes = [...listed.notes, ...(looked?.notes ?? [])];
    const inputs = needsSecrets ? inputPlaces(spec, config, datasets) : undefined;
    const items = await told.ask(() => prepare(spec, listed.items, request!, connection, notes, inputs));
    return items && scripts && { items, scripts, list: { ...listed, notes } };
  };
  const prepared = await orInterrupted(context.signal, look(), 'lab submit', 'nothing was submitted');
  told.refuse();
  const { items, scripts, list } = prepared!;
  const files = frozenFiles(scripts);
  const frozen = files ? { ...request!, files } : request!;
  const round = plan(frozen, items, connection.deployment.map.queues);
  if (!context.json) {
    const { queues } = connection.deployment.map;
    context.io.err.write(planText(context.io.err, spec, round.plan, items.length, queues, listText(list)));
  }
  if (args.flag('dry-run')) {
    if (context.json) context.print(JSON.stringify(round.plan));
    context.say('nothing was submitted\nNext: the same without --dry-run');
    return undefined;
  }
  await storeScripts(connection.store, { workload: spec.name, runId }, scripts);
  await storeRun(
    connection.store,
    { workload: spec.name, runId },
    {
      version: 1,
      runId,
      lab: config.name,
      request: frozen,
      items: items.length,
      createdAt: context.now().toISOString(),
    },
    items,
  );
  await storeRound(connection.store, round.plan, round.files);
  if (context.signal.aborted)
    throw new LabError(
      {
        where: 'lab submit',
        message: 'interrupted before its first job',
        fix: `npx lab submit --resume ${runId}${context.suffix}`,
      },
      exitCodes.interruptedByUser,
    );
  await submitRound(connection, round.plan);
  return { runId, connection };
}

const enabledProblems = (spec: WorkloadSpec, config: LabConfig): Problem[] =>
  config.workloads[spec.name]?.enabled
    ? []
    : [
        {
          where: spec.name,
          message: 'is not enabled in lab.config.ts',
          fix: `set workloads.${spec.name}.enabled to true and deploy`,
        },
      ];

function sourceOf(spec: WorkloadSpec, args: Args): string {
  const source = args.text(spec.item.many) ?? args.text('items');
  if (source !== undefined) return source;
  throw new LabError({
    where: spec.name,
    message: `needs the ${spec.item.many}`,
    fix: `--${spec.item.many} ${spec.item.many}.txt`,
  });
}

async function readChosen(
  context: Context,
  args: Args,
  spec: WorkloadSpec,
  source: string,
  store: Connection['storeOf'],
): Promise<ParsedList> {
  const limit = wholeNumber(args, 'limit');
  if (limit === 0) throw new LabError({ where: '--limit', message: '0 is not a whole number of at least 1' });
  const listed = await readItems(
    source,
    spec.item,
    {
      cwd: context.cwd,
      store,
      readStdin: () => readAll(context.stdin),
    },
    listOptions(args),
  );
  const selection = { only: args.list('only'), ...(limit === undefined ? {} : { limit }) };
  return { ...listed, items: selectItems(listed.items, selection, spec.item) };
}

const noStore = (bucket: string): never => {
  throw new Error(`no connection to s3://${bucket}/ is there yet`);
};

async function resume(context: Context, args: Args): Promise<number> {
  const connection = await context.connect();
  const ref = await findRun(
    connection.store,
    args.text('resume')!,
    context.workloads.map(spec => spec.name),
  );
  const run = await readRun(connection.store, ref);
  const plan = run.rounds.at(-1);
  if (!plan)
    throw new LabError({
      where: ref.runId,
      message: 'was interrupted before its plan was stored; nothing of it was submitted',
      fix: 'submit it again',
    });
  const jobs = await submitRound(connection, plan);
  context.say(
    `${jobs.filter(job => job.sent).length} of ${jobs.length} jobs were missing and are submitted now`,
  );
  return submitted(context, args, ref.runId, connection);
}

async function submitted(
  context: Context,
  args: Args,
  runId: string,
  connection: Connection,
): Promise<number> {
  if (context.json) context.print(JSON.stringify({ event: 'submitted', run: runId }));
  else context.print(runId);
  if (!args.flag('wait') && !connection.ownTwin) {
    context.say(`submitted\nNext: npx lab watch ${runId}${context.suffix}`);
    return exitCodes.ok;
  }
  if (connection.ownTwin && !args.flag('wait'))
    context.say('no twin is up, so this command runs it and waits for the end (lab twin up keeps one)');
  return followRun(context, await openRun(context, { positionals: [runId] }));
}

/** The workload's own look at the sources, and every problem it finds. */
async function prepare(
  spec: WorkloadSpec,
  chosen: readonly Item[],
  request: RunRequest,
  connection: Connection,
  notes: string[],
  inputs: SpecPorts['inputs'],
): Promise<readonly Item[]> {
  const ports: SpecPorts = {
    store: connection.storeOf,
    outputBucket: connection.deployment.outputBucket,
    ...(inputs ? { inputs } : {}),
    note: text => void notes.push(text),
  };
  const items = spec.expand ? await spec.expand(chosen, request, ports) : chosen;
  refuse(stepFolderProblems(spec, items));
  const found = spec.preflight ? await spec.preflight(items, request, ports) : [];
  refuse(found.map(message => ({ where: spec.name, message })));
  return items;
}
