import type { ParseListOptions as ListReading, ParsedList } from '../../contract/list/parse-list.ts';
import type { LabConfig } from '../../contract/workload/config.ts';
import {
  type Gathering,
  gather,
  LabError,
  type Problem,
  problemsOf,
  refuse,
} from '../../contract/workload/errors.ts';
import type { RunRequest, WorkloadSpec } from '../../contract/workload/workload.ts';
import { requestProblems } from '../../plan/plan-round.ts';
import { type Selection, selectItems } from '../../plan/select.ts';
import type { Args } from '../command.ts';
import type { Connection, Context } from '../context.ts';
import { gatherStream } from '../input/gather-bytes.ts';
import { wholeNumber } from '../input/parse-args.ts';
import { listOptions, readItems } from '../input/read-items.ts';
import { checkScriptsHere } from '../input/read-script.ts';
import { asGiven, parameterNotes, type ReadRequest, readRequest, withAliases } from './read-request.ts';

/** What a submission is asked for, however it was said, as far as it can be judged without a connection. */
export interface Submission {
  readonly spec: WorkloadSpec;
  readonly request: RunRequest;
  /** The items, or where they are; undefined where the workload makes them from the request. */
  readonly list?: ParsedList | ItemSource;
  /** What of those that the workload makes; a list is cut as it is read. */
  readonly selection?: Selection;
  readonly dryRun?: boolean;
  /** What has to come first is waited for. */
  readonly wait?: boolean;
  /** A few items go first. */
  readonly canary?: boolean;
  /** The word that a workload which asks for one was given. */
  readonly confirm?: string;
  readonly notes?: readonly string[];
  /** What is wrong with it by itself, though every option is understood: told with all that a look finds. */
  readonly problems?: readonly Problem[];
  /** What is wrong with a list that is on this machine: told with all that a look finds, too. */
  readonly unread?: readonly Problem[];
}

export interface ItemSource {
  /** A file, an address, a range, names, or `-`. */
  readonly source: string;
  readonly reading?: ListReading;
  readonly selection?: Selection;
}

/** Reads `lab submit <workload> …`. Throws LabError with every problem of the options, and of a list that is on this machine with them. */
export async function readSubmission(context: Context, args: Args): Promise<Submission> {
  const spec = context.spec(args.positionals[0] ?? '');
  const told = gather(asGiven(spec, args));
  const read = await readRequest(spec, args, told);
  const selection = await selectionOf(args, told);
  const list = await sourceOf(spec, args, told, selection);
  const confirm = args.text('confirm');
  return checked(context, told, spec, read, list, {
    dryRun: args.flag('dry-run'),
    canary: args.flag('canary'),
    wait: args.flag('wait'),
    selection,
    ...(confirm === undefined ? {} : { confirm }),
    notes: parameterNotes(spec, args),
  });
}

/** The same without a command line. */
export const makeSubmission = (
  context: Context,
  spec: WorkloadSpec,
  request: RunRequest,
  list: ItemSource,
): Promise<Submission> => checked(context, gather(), spec, { request, isSized: true }, list, {});

async function checked(
  context: Context,
  told: Gathering,
  spec: WorkloadSpec,
  { request, isSized, wrong }: ReadRequest,
  list: ItemSource | undefined,
  more: Pick<Submission, 'selection' | 'dryRun' | 'wait' | 'canary' | 'confirm' | 'notes'>,
): Promise<Submission> {
  const config = await context.config();
  await told.ask(() => refuse(enabledProblems(spec, config)));
  const isHere = list !== undefined && !list.source.startsWith('s3://');
  const ofList = gather();
  const read = isHere ? await ofList.ask(() => readList(context, spec, list, noStore)) : list;
  const unread = await problemsOf(() => ofList.refuse());
  // Sizes and the pool are refused together with the list.
  const queues = Object.fromEntries(Object.keys(config.pools).map(pool => [pool, pool]));
  if (isSized) await told.ask(() => refuse(requestProblems({ spec, config, request, queues })));
  const items = read && 'items' in read ? read.items : list || !spec.list ? 'elsewhere' : 'made';
  const problems = (await spec.check?.(without(request, wrong), items)) ?? [];
  await told.ask(() => checkScriptsHere(spec, request, context.cwd));
  told.refuse([...unread, ...problems]);
  return { spec, request, problems, unread, ...(read ? { list: read } : {}), ...more };
}

/** What is wrong with an option, and told, is not judged beside others. */
const without = (request: RunRequest, wrong: ReadonlySet<string> = new Set()): RunRequest => ({
  ...request,
  parameters: Object.fromEntries(
    Object.entries(request.parameters).filter(([name]) => !wrong.has(`--${name}`)),
  ),
});

/** Reads the items from where they are. Throws LabError. */
export async function readList(
  context: Context,
  spec: WorkloadSpec,
  { source, reading, selection = {} }: ItemSource,
  store: Connection['storeOf'],
): Promise<ParsedList> {
  const { cwd, stdin, say } = context;
  const sources = { cwd, store, readStdin: () => gatherStream(stdin), say };
  const listed = await readItems(source, spec.item, sources, reading);
  return { ...listed, items: selectItems(listed.items, selection, spec.item) };
}

const noStore = (bucket: string): never => {
  throw new Error(`no connection to s3://${bucket}/ is there yet`);
};

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

async function selectionOf(args: Args, told: Gathering): Promise<Selection> {
  const limit = await told.ask(() => readLimit(args));
  return { only: args.list('only'), ...(limit === undefined ? {} : { limit }) };
}

async function sourceOf(
  spec: WorkloadSpec,
  given: Args,
  told: Gathering,
  selection: Selection,
): Promise<ItemSource | undefined> {
  // What is wrong with them is told already.
  const args = (await gather().ask(() => withAliases(spec, given))) ?? given;
  const source = args.text(spec.item.many) ?? args.text('items');
  // Told already, with the line that says what was meant.
  if (args.positionals.length > 1) return undefined;
  if (source !== undefined) return { source, reading: listOptions(args), selection };
  if (!spec.list)
    await told.ask(() =>
      refuse([
        {
          where: spec.name,
          message: `needs the ${spec.item.many}`,
          fix: `--${spec.item.many} ${spec.item.many}.txt`,
        },
      ]),
    );
  return undefined;
}

function readLimit(args: Args): number | undefined {
  const limit = wholeNumber(args, 'limit');
  if (limit === 0) throw new LabError({ where: '--limit', message: '0 is not a whole number of at least 1' });
  return limit;
}
