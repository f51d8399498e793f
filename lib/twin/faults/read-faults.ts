import { existsSync, readFileSync } from 'node:fs';
import { type Problem, refuse } from '../../contract/workload/errors.ts';
import {
  type ContainerFault,
  containerFaults,
  type Faults,
  type Rate,
  type RequestFault,
  requestFaults,
} from './config.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads a configuration of faults; undefined when there is no file. Throws a LabError with every problem in it. */
export function readFaults(path: string): Faults | undefined {
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    refuse([{ where: path, message: `is not JSON: ${(error as Error).message}` }]);
  }
  return parseFaults(value, path);
}

/** Checks a configuration of faults and fills in its defaults. `where` names it in problems. */
export function parseFaults(value: unknown, where = 'faults'): Faults {
  const problems: Problem[] = [];
  const top = fieldsOf(value, where, problems, {
    seed: isNumber,
    pace: isObject,
    requests: isArray,
    rates: isArray,
    containers: isArray,
  });
  const pace = fieldsOf(top.pace ?? {}, `${where} pace`, problems, {
    submittedMs: isAmount,
    startingMs: isAmount,
    hostBootMs: isAmount,
    hostIdleMs: isAmount,
    statusSummaryLagMs: isAmount,
    secondMs: isAmount,
  });
  const faults: Faults = {
    seed: Number(top.seed ?? 1),
    pace,
    requests: listOf(top.requests, `${where} requests`, problems, requestFields).map(
      each => ({ probability: 1, skip: 0, ...each }) as RequestFault,
    ),
    rates: listOf(top.rates, `${where} rates`, problems, {
      service: isText,
      perSecond: isAmount,
    }) as unknown as Rate[],
    containers: listOf(top.containers, `${where} containers`, problems, containerFields).map(
      each => ({ ...containerDefaults, ...each }) as unknown as ContainerFault,
    ),
  };
  for (const [kind, list, names] of [
    ['requests', faults.requests, requestFaults],
    ['containers', faults.containers, containerFaults],
  ] as const)
    list.forEach((each, index) => {
      if (!(names as readonly string[]).includes(each.fault))
        problems.push({
          where: `${where} ${kind}[${index}].fault`,
          message: `${JSON.stringify(each.fault)} is not a fault`,
          fix: `one of ${names.join(', ')}`,
        });
    });
  faults.rates.forEach((rate, index) => {
    for (const name of ['service', 'perSecond'] as const)
      if (rate[name] === undefined)
        problems.push({ where: `${where} rates[${index}].${name}`, message: 'is missing' });
  });
  refuse(problems);
  return faults;
}

const containerDefaults = { probability: 1, afterMs: [0, 1000], noticeSeconds: 120, freeMiB: 1 };

type Check = (value: unknown) => string | undefined;
const check =
  (good: (value: unknown) => boolean, what: string): Check =>
  value =>
    good(value) ? undefined : `expected ${what}, got ${JSON.stringify(value)}`;
const number = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isNumber = check(number, 'a number');
const isAmount = check(value => number(value) && value >= 0, 'a number of at least 0');
const isCount = check(
  value => Number.isInteger(value) && (value as number) >= 0,
  'a whole number of at least 0',
);
const isShare = check(value => number(value) && value >= 0 && value <= 1, 'a number from 0 to 1');
const isText = check(value => typeof value === 'string' && value !== '', 'a text');
const isArray = check(Array.isArray, 'a list');
const isObject = check(
  value => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
);
const isSpan = check(value => {
  const [from, to, ...more] = Array.isArray(value) ? (value as unknown[]) : [];
  return number(from) && number(to) && from >= 0 && from <= to && more.length === 0;
}, 'two numbers of ms, the first not above the second');
const isStorm = check(value => {
  const { everyMs, forMs } = (value ?? {}) as { everyMs?: unknown; forMs?: unknown };
  return number(everyMs) && number(forMs) && forMs >= 0 && everyMs > 0;
}, '{ "everyMs": …, "forMs": … }');

const requestFields = {
  fault: isText,
  service: isText,
  action: isText,
  path: isText,
  probability: isShare,
  skip: isCount,
  times: isCount,
  storm: isStorm,
};
const containerFields = {
  fault: isText,
  workload: isText,
  jobName: isText,
  index: isCount,
  attempt: isCount,
  probability: isShare,
  times: isCount,
  afterMs: isSpan,
  noticeSeconds: isAmount,
  freeMiB: isCount,
};

function listOf(value: unknown, where: string, problems: Problem[], checks: Record<string, Check>): Fields[] {
  if (!Array.isArray(value)) return [];
  return value.map((each, index) => fieldsOf(each, `${where}[${index}]`, problems, checks));
}

function fieldsOf(value: unknown, where: string, problems: Problem[], checks: Record<string, Check>): Fields {
  const wrong = isObject(value);
  if (wrong) {
    problems.push({ where, message: wrong });
    return {};
  }
  for (const [name, field] of Object.entries(value as Fields)) {
    const message = checks[name] ? checks[name](field) : 'is not known';
    if (message) problems.push({ where: `${where}.${name}`, message });
  }
  return value as Fields;
}
