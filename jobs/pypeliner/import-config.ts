import { LabError, type Problem } from '../../lib/contract/workload/errors.ts';

/** What stands for one line of an old submit configuration of pypeliner's `awsbatch`. */
export interface ImportedLine {
  /** `compute_environments.big.maxvCpus`. */
  readonly line: string;
  readonly value: string;
  /** What stands for it now; `kept` where it is in the new configuration. */
  readonly fate: 'kept' | 'not needed' | 'no counterpart';
  readonly say: string;
}

export interface ImportedConfig {
  /** Of lab.config.ts: what belongs into `defineLab({ … })`. */
  readonly lab: {
    readonly pools: Readonly<Record<string, object>>;
    readonly workloads: Readonly<Record<string, object>>;
  };
  readonly lines: readonly ImportedLine[];
}

type Tree = Readonly<Record<string, unknown>>;

/**
 * Reads a parsed `--submit_config` file of pypeliner 0.7.0's AWS queue, and says of each of its lines what stands for it.
 * Nothing of it is dropped without a word. Throws LabError for what is no such file, with every problem of it.
 */
export function importConfig(given: unknown, where: string): ImportedConfig {
  const config = treeOf(given, where);
  checkShape(config, where);
  const lines: ImportedLine[] = [];
  const tell = (line: string, value: unknown, fate: ImportedLine['fate'], say: string): void =>
    void lines.push({ line, value: shown(value), fate, say });

  const environments = treeOf(config.compute_environments ?? {}, 'compute_environments');
  const queues = treeOf(config.job_queues, 'job_queues');
  const pools: Record<string, object> = {};
  const used: string[] = [];
  for (const market of ['spot', 'dedicated'] as const) {
    const queue = treeOf(queues[market] ?? {}, `job_queues.${market}`);
    const name = String(queue.computeEnvironment ?? '');
    const pool = market === 'spot' ? 'x86-spot' : 'x86-ondemand';
    used.push(pool);
    for (const [key, value] of Object.entries(queue)) {
      const line = `job_queues.${market}.${key}`;
      if (key === 'computeEnvironment') tell(line, value, 'kept', `pool ${pool}`);
      else if (key === 'queue_name_prefix')
        tell(
          line,
          value,
          'not needed',
          'queues are deployed once, and named by the stack; no run makes its own',
        );
      else if (key === 'priority')
        tell(line, value, 'not needed', 'each pool has a queue and hosts of its own: nothing competes');
      else tell(line, value, 'no counterpart', 'is not known');
    }
    const environment = environments[name];
    if (environment !== undefined)
      pools[pool] = importEnvironment(
        treeOf(environment, `compute_environments.${name}`),
        name,
        market,
        tell,
      );
  }
  for (const [name, environment] of Object.entries(environments))
    if (!isUsed(queues, name))
      for (const [key, value] of Object.entries(treeOf(environment, `compute_environments.${name}`)))
        tell(
          `compute_environments.${name}.${key}`,
          value,
          'no counterpart',
          'no queue uses this environment',
        );

  const resources = importDefinition(treeOf(config.definition ?? {}, 'definition'), tell);
  for (const key of ['delete_job_queues', 'delete_compute_environments'])
    if (key in config)
      tell(
        key,
        config[key],
        'not needed',
        'nothing is made for a run: lab destroy takes the stack down, and keeps data',
      );
  if ('storage_bucket' in config)
    tell(
      'storage_bucket',
      config.storage_bucket,
      'no counterpart',
      'pickles are in the lab’s output bucket; existingOutputBucket takes one that is there',
    );
  if ('workdir' in config)
    tell(
      'workdir',
      config.workdir,
      'not needed',
      'jobs run on their host’s scratch disk: pools.<name>.scratch says how large',
    );
  for (const key of Object.keys(config))
    if (!known.includes(key)) tell(key, config[key], 'no counterpart', 'is not known');
  const workload = { pools: used, ...(Object.keys(resources).length > 0 ? { resources } : {}) };
  return { lab: { pools: withContents(pools), workloads: { pypeliner: workload } }, lines };
}

const known = [
  'storage_bucket',
  'workdir',
  'definition',
  'compute_environments',
  'job_queues',
  'delete_job_queues',
  'delete_compute_environments',
];

type Tell = (line: string, value: unknown, fate: ImportedLine['fate'], say: string) => void;

/** A compute environment as a pool: what of it a pool says. */
function importEnvironment(
  environment: Tree,
  name: string,
  market: 'spot' | 'dedicated',
  tell: Tell,
): object {
  const pool: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(environment)) {
    const line = `compute_environments.${name}.${key}`;
    const kept = environmentFields[key];
    const not = environmentReasons[key];
    // YAML's empty value, which the old code left out as well.
    if (value === null || value === undefined) continue;
    if (key === 'type' && (market === 'spot') !== /spot/i.test(String(value)))
      tell(
        line,
        value,
        'no counterpart',
        `the ${market} queue had hosts of the other market: ours are what the pool says`,
      );
    else if (kept) {
      const taken = kept(value);
      if (taken) Object.assign(pool, taken);
      tell(
        line,
        value,
        taken ? 'kept' : 'not needed',
        taken ? 'in the pool' : 'the pool’s own are of that kind',
      );
    } else tell(line, value, not?.[0] ?? 'no counterpart', not?.[1] ?? 'is not known');
  }
  return pool;
}

const environmentFields: Readonly<Record<string, (value: unknown) => object | undefined>> = {
  type: () => undefined,
  maxvCpus: value => ({ maxvCpus: value }),
  // `optimal` lets AWS choose among types of both architectures in some regions; a pool has named ones.
  instanceTypes: value => {
    const types = [value].flat().filter(each => each !== 'optimal');
    return types.length > 0 ? { instanceTypes: types } : undefined;
  },
  imageId: value => ({ image: value }),
};

const environmentReasons: Readonly<Record<string, readonly ['not needed' | 'no counterpart', string]>> = {
  minvCpus: ['not needed', 'hosts come when jobs wait, and go when none do: idle costs nothing'],
  desiredvCpus: ['not needed', 'Batch sets it'],
  subnets: ['no counterpart', 'the stack has a network of its own: network says of which kind'],
  securityGroupIds: ['not needed', 'the stack has one that lets nothing in'],
  ec2KeyPair: [
    'no counterpart',
    'nobody logs in to hosts; lab doctor and lab logs say what went wrong on one',
  ],
  instanceRole: ['not needed', 'the stack has one, without a right to data'],
  serviceRole: ['not needed', 'Batch’s service-linked role'],
  spotIamFleetRole: ['not needed', 'the allocation strategy of ours needs none'],
  bidPercentage: [
    'no counterpart',
    'up to the on-demand price; capacity-optimized hosts are taken away less often',
  ],
  placementGroup: [
    'not needed',
    'a pool of jobs of several nodes has one of its own; other jobs do not speak to each other',
  ],
  launchTemplate: ['not needed', 'the stack has one, with an encrypted scratch volume: pools.<name>.scratch'],
  tags: ['not needed', 'all of the stack is tagged with the lab’s name, and jobs with their run'],
};

/** The job definition's sizes, which a job's own context goes before. */
function importDefinition(definition: Tree, tell: Tell): Record<string, unknown> {
  const resources: Record<string, unknown> = {};
  const reasons: Readonly<Record<string, readonly [ImportedLine['fate'], string]>> = {
    command: ['not needed', 'the container’s entrypoint fetches the pickle and runs pypeliner_delegate'],
    job_role_arn: ['not needed', 'jobs have a role that may do to S3 what their runs need, and no more'],
    env_vars: [
      'no counterpart',
      'set them in the image, or in the workload’s environment (jobs/pypeliner/spec.ts); secrets in neither',
    ],
    readonlyRootFilesystem: ['no counterpart', 'jobs write to their scratch disk'],
    privileged: ['no counterpart', 'jobs are privileged only where a dataset is mounted'],
    type: ['not needed', 'one container a job'],
  };
  for (const [key, value] of Object.entries(definition)) {
    const line = `definition.${key}`;
    const [fate, say] = reasons[key] ?? ['no counterpart', 'is not known'];
    if (key === 'vcpus' || key === 'mem') {
      resources[key === 'vcpus' ? 'vcpus' : 'memoryMiB'] = value;
      tell(line, value, 'kept', 'of jobs whose context says nothing');
    } else if (value !== null && value !== undefined) tell(line, value, fate, say);
  }
  return resources;
}

function checkShape(config: Tree, where: string): void {
  const problems: Problem[] = [];
  if (typeof config.job_queues !== 'object' || config.job_queues === null)
    problems.push({
      where,
      message: 'has no job_queues: it is no submit configuration of pypeliner’s awsbatch',
      fix: 'give the file that --submit_config named',
    });
  if (problems.length > 0) throw new LabError(problems);
}

function treeOf(value: unknown, where: string): Tree {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Tree;
  throw new LabError({ where, message: `has to be a map, and is ${shown(value)}` });
}

const isUsed = (queues: Tree, name: string): boolean =>
  Object.values(queues).some(queue => (queue as Tree | null)?.computeEnvironment === name);
const withContents = (pools: Readonly<Record<string, object>>): Record<string, object> =>
  Object.fromEntries(Object.entries(pools).filter(([, pool]) => Object.keys(pool).length > 0));
const shown = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');

/** `lab` as TypeScript, for a person to put into lab.config.ts. */
export function configText({ lab }: Pick<ImportedConfig, 'lab'>): string {
  const lines = Object.entries(lab)
    .filter(([, value]) => Object.keys(value).length > 0)
    .map(([key, value]) => `  ${key}: ${literal(value, 2)},`);
  return `export default defineLab({\n${lines.join('\n')}\n});\n`;
}

function literal(value: unknown, indent: number): string {
  const space = ' '.repeat(indent);
  if (Array.isArray(value)) return `[${value.map(each => literal(each, indent)).join(', ')}]`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => {
    const name = /^[A-Za-z_]\w*$/.test(key) ? key : `'${key}'`;
    return `${space}  ${name}: ${literal(each, indent + 2)},\n`;
  });
  return `{\n${entries.join('')}${space}}`;
}
