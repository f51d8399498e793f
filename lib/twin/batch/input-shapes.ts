import { AwsError } from '../http/service.ts';

type Shape = 'string' | 'number' | 'boolean' | readonly [Shape] | MapShape | Members;
interface MapShape {
  readonly valuesAre: 'string';
}
interface Members {
  readonly [name: string]: Shape;
}

/**
 * Refuses members of another type than the API has, as the front of AWS does before Batch sees them: clients in JavaScript
 * send what they are given. Members that are null are as if they were not there. Source: API reference.
 */
export function readInput(action: string, input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return read(input, inputs[action] ?? {}, '') as Record<string, unknown>;
}

const texts: Shape = ['string'];
const map: MapShape = { valuesAre: 'string' };
const ends: Members = { jobId: 'string', jobs: texts, reason: 'string' };
const pages: Members = { maxResults: 'number', nextToken: 'string' };
const consumables: Shape = {
  consumableResourceList: [{ consumableResource: 'string', quantity: 'number' }],
};
const containerOverrides: Members = {
  command: texts,
  instanceType: 'string',
  environment: [{ name: 'string', value: 'string' }],
  resourceRequirements: [{ type: 'string', value: 'string' }],
  vcpus: 'number',
  memory: 'number',
};
const inputs: Readonly<Record<string, Members>> = {
  submitjob: {
    jobName: 'string',
    jobQueue: 'string',
    jobDefinition: 'string',
    shareIdentifier: 'string',
    schedulingPriorityOverride: 'number',
    arrayProperties: { size: 'number' },
    dependsOn: [{ jobId: 'string', type: 'string' }],
    parameters: map,
    containerOverrides,
    nodeOverrides: {
      numNodes: 'number',
      nodePropertyOverrides: [{ targetNodes: 'string', containerOverrides }],
    },
    retryStrategy: {
      attempts: 'number',
      evaluateOnExit: [
        { onStatusReason: 'string', onReason: 'string', onExitCode: 'string', action: 'string' },
      ],
    },
    timeout: { attemptDurationSeconds: 'number' },
    tags: map,
    propagateTags: 'boolean',
    consumableResourcePropertiesOverride: consumables,
  },
  describejobs: { jobs: texts },
  listjobs: {
    jobQueue: 'string',
    arrayJobId: 'string',
    multiNodeJobId: 'string',
    jobStatus: 'string',
    filters: [{ name: 'string', values: texts }],
    ...pages,
  },
  canceljob: ends,
  canceljobs: ends,
  terminatejob: ends,
  terminatejobs: ends,
  describejobqueues: { jobQueues: texts, ...pages },
  describecomputeenvironments: { computeEnvironments: texts, ...pages },
  describejobdefinitions: { jobDefinitions: texts, jobDefinitionName: 'string', status: 'string', ...pages },
  createconsumableresource: {
    consumableResourceName: 'string',
    resourceType: 'string',
    totalQuantity: 'number',
  },
  describeconsumableresource: { consumableResource: 'string' },
  deleteconsumableresource: { consumableResource: 'string' },
};

function read(value: unknown, shape: Shape, where: string): unknown {
  if (typeof shape === 'string') return typeof value === shape ? value : refuse(where, value, shape);
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return refuse(where, value, 'list');
    return value.map((each, index) => read(each, shape[0] as Shape, `${where}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(where, value, 'structure');
  const { valuesAre } = shape as Partial<MapShape>;
  const given = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  return Object.fromEntries(
    given.map(([name, each]) => {
      const inner = valuesAre ?? (shape as Members)[name];
      return [name, inner ? read(each, inner, where === '' ? name : `${where}.${name}`) : each];
    }),
  );
}

function refuse(where: string, value: unknown, wanted: string): never {
  const given = JSON.stringify(value).slice(0, 100);
  throw new AwsError('SerializationException', 400, `${where}: ${given} cannot be converted to a ${wanted}`);
}
