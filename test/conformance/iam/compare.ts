/** Compares two evaluators' decisions: `node compare.ts CASES ANSWERS DISAGREEMENTS.md`; fails for one that the file does not explain. */
import { readFileSync } from 'node:fs';

interface Written {
  readonly Effect: string;
  readonly NotPrincipal?: unknown;
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}
interface Case {
  readonly request: { readonly context: Readonly<Record<string, unknown>> };
  readonly identity: readonly { readonly policy: { readonly Statement: readonly Written[] } }[];
  readonly resourcePolicy?: { readonly Statement: readonly Written[] };
  readonly boundary: Case['identity'];
  readonly ours: string;
}
interface Answer {
  readonly theirs?: string;
  readonly ignored?: readonly string[];
  readonly error?: { readonly message: string };
}

const [, , casesFile = '', answersFile = '', explanations = ''] = process.argv;
const read = <T>(path: string): T[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as T);

/** Each is a heading of the file of explanations. */
const reasons: Readonly<Record<string, (each: Written, context: Case['request']['context']) => boolean>> = {
  'A variable without a value': (each, context) =>
    [
      ...(each.Resource ?? []),
      ...(each.NotResource ?? []),
      ...conditionsOf(each).flatMap(one => one.values),
    ].some(text =>
      [...text.matchAll(/\$\{([^},]+)\}/g)].some(
        ([, key = '']) => !'*?$'.includes(key) && context[key.toLowerCase()] === undefined,
      ),
    ),
  NotPrincipal: each => each.NotPrincipal !== undefined,
  'ForAnyValue with IfExists': (each, context) =>
    conditionsOf(each).some(
      ({ operator, key }) =>
        /^ForAnyValue:.*IfExists$/.test(operator) && context[key.toLowerCase()] === undefined,
    ),
  'Dates in seconds': each =>
    conditionsOf(each).some(
      ({ operator, values }) => operator.startsWith('Date') && values.some(value => /^\d+$/.test(value)),
    ),
  'A wildcard before a colon': each =>
    [...(each.Resource ?? []), ...(each.NotResource ?? [])].some(arn =>
      /[*?].*:/.test(arn.split(':').slice(5).join(':')),
    ),
};
/** Where only the stricter of the two answers is explained. */
const onlyStricter = ['A variable without a value', 'NotPrincipal', 'ForAnyValue with IfExists'];

const conditionsOf = ({ Condition = {} }: Written) =>
  Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
  );

const [cases, answers] = [read<Case>(casesFile), read<Answer>(answersFile)];
const text = readFileSync(explanations, 'utf8');
const counts: Record<string, number> = { same: 0, refused: 0 };
const decisions: Record<string, number> = {};
const problems: string[] = [];
for (const [index, one] of cases.entries()) {
  const answer = answers[index];
  if (answer?.error || answer?.theirs === undefined) {
    counts.refused!++;
    continue;
  }
  if (answer.ignored && answer.ignored.length > 0)
    problems.push(`AWS has no ${answer.ignored.join(', ')} in ${JSON.stringify(one.request)}`);
  decisions[one.ours] = (decisions[one.ours] ?? 0) + 1;
  if (one.ours === answer.theirs) counts.same!++;
  else {
    const reason = reasonOf(one, answer.theirs);
    if (reason === undefined || !text.includes(`## ${reason}\n`))
      problems.push(`ours ${one.ours}, theirs ${answer.theirs}: ${JSON.stringify(one)}`);
    else counts[reason] = (counts[reason] ?? 0) + 1;
  }
}

function reasonOf(
  { identity, resourcePolicy, boundary, request, ours }: Case,
  theirs: string,
): string | undefined {
  const all = [...identity, ...boundary]
    .flatMap(each => each.policy.Statement)
    .concat(resourcePolicy?.Statement ?? []);
  return Object.keys(reasons).find(
    name =>
      all.some(each => reasons[name]!(each, request.context)) &&
      (!onlyStricter.includes(name) || strictness(ours) > strictness(theirs)),
  );
}

function strictness(decision: string): number {
  return ['Allowed', 'ImplicitlyDenied', 'ExplicitlyDenied'].indexOf(decision);
}

const compared = cases.length - counts.refused!;
if (compared < 1000) problems.push(`only ${compared} cases were compared`);
if ((decisions.Allowed ?? 0) < compared / 10)
  problems.push('hardly anything was allowed: the cases prove little');
if ((decisions.ExplicitlyDenied ?? 0) < compared / 20) problems.push('hardly anything was denied');
console.log(`compared ${compared} cases:`, decisions, counts);
for (const problem of problems.slice(0, 5)) console.log(`FAILED  ${problem}`);
if (problems.length > 0) process.exit(1);
console.log('ok      both evaluators decide alike, but where disagreements.md says why not');
