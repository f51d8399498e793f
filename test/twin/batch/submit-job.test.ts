import {
  type EvaluateOnExit,
  ListJobsCommand,
  SubmitJobCommand,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch';
import fc from 'fast-check';
import { runs } from '../../helpers/runs.ts';
import { ended, startTestBatch, type TestBatch } from './helper.ts';

let twin: TestBatch;
beforeEach(async () => {
  twin = await startTestBatch();
});
afterEach(() => twin.stop());

const rule = (each: EvaluateOnExit): Partial<SubmitJobCommandInput> => ({
  retryStrategy: { attempts: 2, evaluateOnExit: [each] },
});
const needs = (type: 'VCPU' | 'MEMORY' | 'GPU', value: string): Partial<SubmitJobCommandInput> => ({
  containerOverrides: { resourceRequirements: [{ type, value }] },
});

const refused: [string, Partial<SubmitJobCommandInput>, RegExp][] = [
  ['a name with a dot', { jobName: 'a.b' }, /Job name/],
  ['a name of 129 letters', { jobName: 'a'.repeat(129) }, /Job name/],
  ['an array of 1', { arrayProperties: { size: 1 } }, /between 2 and 10000/],
  ['an array of 10,001', { arrayProperties: { size: 10_001 } }, /between 2 and 10000/],
  ['an unknown queue', { jobQueue: 'nowhere' }, /JobQueue nowhere not found/],
  ['a disabled queue', { jobQueue: 'shut' }, /DISABLED/],
  ['an unknown definition', { jobDefinition: 'other' }, /JobDefinition not found/],
  ['an unknown revision', { jobDefinition: 'work:2' }, /JobDefinition not found/],
  ['a share on a first-in-first-out queue', { shareIdentifier: 'lab' }, /shareIdentifier/],
  [
    '21 dependencies',
    { dependsOn: Array.from({ length: 21 }, () => ({ jobId: 'x' })) },
    /^Error executing request, Exception : Job cannot have more than 20 dependencies, RequestId: [0-9a-f-]{36}$/,
  ],
  ['a dependency on nothing', { dependsOn: [{ jobId: 'nothing' }] }, /does not exist/],
  ['SEQUENTIAL on a plain job', { dependsOn: [{ type: 'SEQUENTIAL' }] }, /SEQUENTIAL/],
  ['a timeout under a minute', { timeout: { attemptDurationSeconds: 59 } }, /at least 60/],
  ['11 attempts', { retryStrategy: { attempts: 11 } }, /between 1 and 10/],
  [
    '6 rules',
    { retryStrategy: { attempts: 2, evaluateOnExit: Array(6).fill({ action: 'EXIT' }) } },
    /at most 5/,
  ],
  [
    'a rule with a star inside',
    { retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: 'a*b', action: 'EXIT' }] } },
    /not a valid pattern/,
  ],
  [
    'a reserved variable',
    { containerOverrides: { environment: [{ name: 'AWS_BATCH_JOB_ID', value: '1' }] } },
    /reserved/,
  ],
  ['an empty word', { containerOverrides: { command: ['ok', ''] } }, /empty/],
  [
    'a parameter that JavaScript has of itself',
    { containerOverrides: { command: ['Ref::constructor'] } },
    /no value/,
  ],
  [
    'a variable without a name',
    { containerOverrides: { environment: [{ value: '1' }] } },
    /name cannot be empty/,
  ],
  ['a rule of 513 characters', rule({ onReason: 'a'.repeat(513), action: 'EXIT' }), /not a valid pattern/],
  ['a tag of 257 characters', { tags: { a: 'x'.repeat(257) } }, /longer than 256/],
  ['a tag key of 129 characters', { tags: { ['x'.repeat(129)]: '' } }, /tag key/],
  ['a parameter without a value', { containerOverrides: { command: ['Ref::nothing'] } }, /no value/],
  [
    'over 30 KiB of payload',
    { parameters: { a: 'x'.repeat(30 * 1024) } },
    /Job size must be less than 30 KiB, got 31 KiB/,
  ],
  ['a name that starts with a hyphen', { jobName: '-a' }, /Job name should match valid pattern/],
  ['no name', { jobName: '' }, /Job name should match valid pattern/],
  ['an array of 0', { arrayProperties: { size: 0 } }, /between 2 and 10000/],
  ['an array of two and a half', { arrayProperties: { size: 2.5 } }, /between 2 and 10000/],
  [
    'a priority without a fair-share queue',
    { schedulingPriorityOverride: 1 },
    /fair share scheduling policy/,
  ],
  ['overrides of nodes', { nodeOverrides: { numNodes: 2 } }, /nodeOverrides does not fit/],
  ['no attempts', { retryStrategy: { attempts: 0 } }, /between 1 and 10/],
  [
    'rules without attempts',
    { retryStrategy: { evaluateOnExit: [{ action: 'EXIT' }] } },
    /attempts must be given/,
  ],
  ['a rule with a slash', rule({ onStatusReason: 'a/b', action: 'EXIT' }), /not a valid pattern/],
  ['a rule for exit code 1x', rule({ onExitCode: '1x', action: 'EXIT' }), /not a valid pattern/],
  [
    'a rule that does something else',
    rule({ onExitCode: '1', action: 'STOP' as 'EXIT' }),
    /must be RETRY or EXIT/,
  ],
  ['half a vCPU on EC2', needs('VCPU', '0.5'), /VCPU value 0.5/],
  ['3 MiB of memory', needs('MEMORY', '3'), /MEMORY value 3/],
  ['a GPU for a definition without', needs('GPU', '1'), /type GPU/],
  [
    '51 tags',
    { tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`t${n}`, ''])) },
    /at most 50 tags/,
  ],
  ['a tag of AWS', { tags: { 'aws:mine': '1' } }, /tag key/],
  [
    'N_TO_N without a job',
    { arrayProperties: { size: 2 }, dependsOn: [{ type: 'N_TO_N' }] },
    /needs a job id/,
  ],
  [
    'an unknown consumable resource',
    {
      consumableResourcePropertiesOverride: {
        consumableResourceList: [{ consumableResource: 'none', quantity: 1 }],
      },
    },
    /none does not exist/,
  ],
];

it.each(refused)('SubmitJob refuses %s and leaves no job', async (_, given, message) => {
  await expect(twin.submit(['ok'], given)).rejects.toMatchObject({
    name: 'ClientException',
    message: expect.stringMatching(message),
  });
  const { jobSummaryList } = await twin.client.send(
    new ListJobsCommand({ jobQueue: 'queue', filters: [{ name: 'JOB_NAME', values: ['*'] }] }),
  );
  expect(jobSummaryList).toEqual([]);
});

const brim: [string, Partial<SubmitJobCommandInput>][] = [
  ['a name of 128 letters', { jobName: 'a'.repeat(128) }],
  ['an array of 2', { arrayProperties: { size: 2 } }],
  ['an array of 10,000', { arrayProperties: { size: 10_000 } }],
  ['a timeout of a minute', { timeout: { attemptDurationSeconds: 60 } }],
  ['10 attempts', { retryStrategy: { attempts: 10 } }],
  [
    '5 rules of 512 characters',
    {
      retryStrategy: {
        attempts: 1,
        evaluateOnExit: Array.from({ length: 5 }, () => ({
          onReason: 'a'.repeat(512),
          action: 'EXIT' as const,
        })),
      },
    },
  ],
  ['50 tags', { tags: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`t${n}`, 'x'.repeat(256)])) }],
  ['one vCPU', needs('VCPU', '1')],
  ['4 MiB of memory', needs('MEMORY', '4')],
];

it.each(brim)('SubmitJob takes %s', async (_, given) => {
  await expect(twin.submit(['hang'], given)).resolves.toMatch(/^[0-9a-f-]{36}$/);
});

it('SubmitJob takes 30 KiB of payload, and not a byte more', async () => {
  const input = { jobName: 'a', jobQueue: 'queue', jobDefinition: 'work', parameters: { a: '' } };
  const room = 30 * 1024 - JSON.stringify(input).length;
  const submit = (length: number) =>
    twin.client.send(new SubmitJobCommand({ ...input, parameters: { a: 'x'.repeat(length) } }));
  await expect(submit(room)).resolves.toBeDefined();
  await expect(submit(room + 1)).rejects.toThrow(/Job size must be less than 30 KiB, got 31 KiB/);
});

it('SubmitJob takes 20 dependencies', async () => {
  const ids: string[] = [];
  for (let each = 0; each < 20; each++) ids.push(await twin.submit(['ok'], { jobName: `n${each}` }));
  const last = await twin.submit(['ok'], { dependsOn: ids.map(jobId => ({ jobId })) });
  expect((await twin.until(last, ...ended)).dependsOn).toHaveLength(20);
});

it.each([
  ['a size in quotes', { arrayProperties: { size: '3' } }, 'arrayProperties.size: "3"'],
  ['a timeout in quotes', { timeout: { attemptDurationSeconds: '600' } }, 'timeout.attemptDurationSeconds'],
  [
    'a word that is a number',
    { containerOverrides: { command: ['ok', 1] } },
    'containerOverrides.command[1]: 1',
  ],
  ['a dependency that is no list', { dependsOn: { jobId: 'x' } }, 'dependsOn: {"jobId":"x"}'],
  ['a tag that is a number', { tags: { a: 1 } }, 'tags.a: 1'],
])('%s is refused before Batch looks at it', async (_, given, message) => {
  await expect(twin.submit(['ok'], given as object)).rejects.toMatchObject({
    name: 'SerializationException',
    message: expect.stringContaining(message),
  });
});

it('SubmitJob takes exactly the names that the API reference describes', async () => {
  const accepts = (jobName: string): Promise<boolean> =>
    twin.submit(['hang'], { jobName }).then(
      () => true,
      () => false,
    );
  const name = fc.string({ minLength: 1, maxLength: 130, unit: fc.constantFrom(...'aZ09-_. é/') });
  await fc.assert(
    fc.asyncProperty(name, async text => (await accepts(text)) === /^[A-Za-z0-9][\w-]{0,127}$/.test(text)),
    { numRuns: runs(60) },
  );
});

it('SubmitJob takes a definition by name, by revision, and by ARN with or without it', async () => {
  const arn = 'arn:aws:batch:us-east-1:000000000000:job-definition/work';
  for (const jobDefinition of ['work', 'work:1', arn, `${arn}:1`]) {
    const id = await twin.submit(['ok'], { jobDefinition });
    expect((await twin.until(id, ...ended)).jobDefinition).toBe(`${arn}:1`);
  }
});

it('overrides of 8,192 characters run', async () => {
  const bare = JSON.stringify({ command: ['ok'], environment: [{ name: 'A', value: '' }] }).length;
  const run = (length: number) =>
    twin.submit(['ok'], { containerOverrides: { environment: [{ name: 'A', value: 'x'.repeat(length) }] } });
  expect((await twin.until(await run(8192 - bare), ...ended)).status).toBe('SUCCEEDED');
  expect((await twin.until(await run(8193 - bare), ...ended)).status).toBe('FAILED');
});

it('overrides over 8,192 characters are taken, and ECS refuses every child before it has an attempt', async () => {
  const environment = [{ name: 'A', value: 'x'.repeat(8200) }];
  const id = await twin.submit(['ok'], {
    arrayProperties: { size: 2 },
    containerOverrides: { environment },
    retryStrategy: { attempts: 3 },
  });
  expect((await twin.until(id, ...ended)).arrayProperties?.statusSummary).toMatchObject({ FAILED: 2 });
  expect(await twin.describe(`${id}:1`)).toMatchObject({
    status: 'FAILED',
    statusReason: 'Container Overrides length must be at most 8192',
    attempts: [],
  });
  expect(twin.started).toEqual([]);
});

it('N_TO_N needs two arrays of one size', async () => {
  const first = await twin.submit(['ok'], { arrayProperties: { size: 3 } });
  const dependsOn = [{ jobId: first, type: 'N_TO_N' as const }];
  await expect(twin.submit(['ok'], { arrayProperties: { size: 4 }, dependsOn })).rejects.toThrow(/same size/);
  await expect(twin.submit(['ok'], { dependsOn })).rejects.toThrow(/same size/);
});
