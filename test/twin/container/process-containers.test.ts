import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerSpec } from '../../../lib/twin/batch/types.ts';
import { containerCredentials, processContainers } from '../../../lib/twin/container/process-containers.ts';
import { definition } from '../batch/helper.ts';

const keys = { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'session' };
const taken: string[] = [];
const credentials = containerCredentials({
  assume: ({ jobRole }) => (jobRole === undefined ? undefined : keys),
  forget: id => void taken.push(id),
});
const server = createServer((request, response) => {
  void credentials.handle(request, response).then(done => done || response.writeHead(404).end());
});
let root: string;
let url: string;

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise(resolve => server.close(resolve));
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'twin-container-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes a bundle and says how to run it. */
function project(source: string, isolate?: boolean) {
  mkdirSync(join(root, 'dist/containers'), { recursive: true });
  writeFileSync(join(root, 'dist/containers/work.mjs'), source);
  const run = processContainers({
    tools: [],
    projectRoot: root,
    node: process.execPath,
    folder: join(root, 'containers'),
    region: 'eu-west-1',
    serverUrl: () => url,
    credentials,
    ...(isolate === undefined ? {} : { isolate }),
  });
  return (given: Partial<ContainerSpec> = {}) => {
    const lines: string[] = [];
    const container = run({
      jobId: '0b0c:3',
      attempt: 1,
      jobName: 'a-job',
      definition,
      command: ['one', 'two'],
      instance: 'i-0test',
      isSpot: false,
      memoryMiB: 512,
      environment: { GREETING: 'hello', AWS_ENDPOINT_URL: 'https://aws.example' },
      onOutput: more => void lines.push(...more),
      ...given,
    });
    const waitFor = async (text: string): Promise<void> => {
      for (const end = Date.now() + 10_000; !lines.some(line => line.includes(text)); ) {
        if (Date.now() > end) throw new Error(`never "${text}": ${lines.join('\n')}`);
        await new Promise(resolve => setTimeout(resolve, 5));
      }
    };
    return { ...container, lines, waitFor };
  };
}

const left = (): string[] => readdirSync(join(root, 'containers'));
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const gone = async (pid: number): Promise<void> => {
  for (const end = Date.now() + 5000; isAlive(pid); ) {
    if (Date.now() > end) throw new Error(`process ${pid} lives`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
};

it('gives a container its command and environment, and nothing of the user’s', async () => {
  process.env.SECRET_OF_THE_USER = 'x';
  const start = project('console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env }))');
  const { exited, lines } = start();
  expect(await exited).toEqual({ exitCode: 0 });
  const { args, env } = JSON.parse(lines[0]!);
  expect(args).toEqual(['one', 'two']);
  expect(env).toMatchObject({
    GREETING: 'hello',
    LAB_MOUNTS_BY: 'download',
    LAB_SCRATCH_CHECK: 'marker',
    LAB_TOOLS_FROM: 'path',
    AWS_ENDPOINT_URL: url,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/_lab/credentials`,
  });
  expect(env.SECRET_OF_THE_USER).toBeUndefined();
  // As on AWS: what a definition does not say, nobody says.
  expect([env.AWS_REGION, env.AWS_DEFAULT_REGION]).toEqual([undefined, undefined]);
  expect(env.HOME).not.toBe(process.env.HOME);
  expect(left()).toEqual([]);
});

describe.each([
  ['in a namespace', undefined],
  ['without namespaces', false],
])('%s', (_, isolate) => {
  const paths = `
    const scratch = process.env.LAB_SCRATCH ?? '/scratch', dataIn = process.env.DATA_IN ?? '/data_in', dataOut = process.env.DATA_OUT ?? '/data_out';`;

  it('has its own marked scratch and data folders, empty at the start and gone at the end', async () => {
    const start = project(
      `import fs from 'node:fs';${paths}
      for (const each of [scratch, dataIn, dataOut]) {
        console.log(fs.readdirSync(each).join());
        fs.writeFileSync(each + '/mine', 'x');
      }
      console.log(scratch);`,
      isolate,
    );
    const [first, second] = [start({ jobId: 'a:0' }), start({ jobId: 'a:1' })];
    for (const { exited, lines } of [first, second]) {
      expect(await exited).toEqual({ exitCode: 0 });
      expect(lines.slice(0, 3)).toEqual(['.arraylab-scratch', '', '']);
    }
    expect(left()).toEqual([]);
    expect(existsSync('/scratch/mine') || existsSync('/data_in/mine')).toBe(false);
  });

  it('gives exit codes as they are, and 128 and more for signals', async () => {
    const start = project(
      "const [what] = process.argv.slice(2); what === 'die' ? process.kill(process.pid, 'SIGKILL') : process.exit(75);",
      isolate,
    );
    expect(await start().exited).toEqual({ exitCode: 75 });
    expect(await start({ command: ['die'] }).exited).toEqual({ exitCode: 137 });
  });

  it('SIGTERM reaches the first process alone, which may end in its own time', async () => {
    const start = project(
      `import { spawn } from 'node:child_process';
      const tool = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => console.log("tool got it")); console.log("tool is up"); setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      process.on('SIGTERM', () => { console.log('cleaning up'); setTimeout(() => process.exit(75), 50); });`,
      isolate,
    );
    const { signal, exited, lines, waitFor } = start();
    await waitFor('tool is up');
    signal('SIGTERM');
    expect(await exited).toEqual({ exitCode: 75 });
    expect(lines).toEqual(['tool is up', 'cleaning up']);
  });

  it('SIGKILL takes the tool too', async () => {
    const start = project(
      `import { spawn } from 'node:child_process';
      const tool = spawn(process.execPath, ['-e', 'console.log("tool", process.pid); setInterval(() => {}, 1000)'], { stdio: 'inherit' });`,
      isolate,
    );
    const { signal, exited, lines, waitFor } = start();
    await waitFor('tool');
    signal('SIGKILL');
    expect(await exited).toEqual({ exitCode: 137 });
    await gone(Number(lines[0]?.split(' ')[1]));
  });

  it('lines come whole, of both streams, the last one without a line end too', async () => {
    const start = project(
      `process.stdout.write('é'.repeat(40000) + '\\r\\nlast'); process.stderr.write('error\\n\\n');`,
      isolate,
    );
    const { exited, lines } = start();
    await exited;
    expect([...lines].sort()).toEqual(['', 'error', 'last', 'é'.repeat(40_000)]);
  });

  it('ends what a twin that was killed left running', async () => {
    const start = project(
      'process.on("SIGTERM", () => {}); console.log("up", process.pid); setInterval(() => {}, 1000);',
      isolate,
    );
    const { exited, lines, waitFor } = start();
    await waitFor('up');
    const pid = Number(lines[0]?.split(' ')[1]);
    // A second twin on the same folder finds the first one's container.
    project('', isolate);
    await gone(pid);
    await exited;
    expect(left()).toEqual([]);
  });
});

const canIsolate = process.platform === 'linux' && spawnSync('unshare', ['-m', 'true']).status === 0;
(canIsolate ? it : it.skip)('a tool that left the process group ends with its namespace', async () => {
  const start = project(
    `import { spawn } from 'node:child_process';
    const tool = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
    console.log('tool', tool.pid); tool.unref();`,
  );
  const { exited, lines } = start();
  expect(await exited).toEqual({ exitCode: 0 });
  await gone(Number(lines[0]?.split(' ')[1]));
});

it('a line longer than CloudWatch takes becomes several', async () => {
  const start = project('console.log("x".repeat(600_000))');
  const { exited, lines } = start();
  await exited;
  expect(lines.map(line => line.length)).toEqual([250_000, 250_000, 100_000]);
});

it('a bundle that is not there is an image that cannot be pulled', async () => {
  const start = project('');
  const { exited } = start({ definition: { ...definition, bundle: 'dist/containers/other.mjs' } });
  expect(await exited).toEqual({
    statusReason: 'Task failed to start',
    reason: 'CannotPullContainerError: there is no dist/containers/other.mjs; npm run bundle makes it',
  });
});

it('the SDK in a container gets keys by its token, until it has ended', async () => {
  const start = project(
    `const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env;
    const answer = await fetch(uri, { headers: { authorization: token } });
    console.log(token); console.log(JSON.stringify(await answer.json()));`,
  );
  const { exited, lines } = start();
  await exited;
  expect(JSON.parse(lines[1]!)).toMatchObject({
    AccessKeyId: 'ASIATEST',
    SecretAccessKey: 'secret',
    Token: 'session',
  });
  const late = await fetch(`${url}/_lab/credentials`, { headers: { authorization: lines[0]! } });
  expect(late.status).toBe(403);
  expect((await fetch(`${url}/_lab/credentials`)).status).toBe(403);
  expect(taken).toContain('ASIATEST');
});

it('a job without a role has no keys', async () => {
  const start = project(
    'console.log(Object.keys(process.env).filter(each => each.startsWith("AWS_CONTAINER")).length)',
  );
  const { jobRole: _, ...without } = definition;
  const { exited, lines } = start({ definition: without });
  await exited;
  expect(lines).toEqual(['0']);
});

describe('a disk of a given size', () => {
  const fill = `import { writeFileSync } from 'node:fs';
    try { writeFileSync((process.env.LAB_SCRATCH ?? '/scratch') + '/big', Buffer.alloc(3 * 1024 * 1024)); }
    catch (error) { console.log(error.code); process.exit(9); }`;

  it('is full when it is full, where the host has namespaces', async () => {
    const start = project(fill);
    const { exited, lines } = start({ scratchMiB: 1 });
    const exit = await exited;
    // Without namespaces the container cannot be made at all.
    if (exit.reason === undefined) {
      expect(exit.exitCode).toBe(9);
      expect(lines).toEqual(['ENOSPC']);
    } else expect(exit.reason).toMatch(/no space left on device/);
    expect((await start({ jobId: 'other' }).exited).exitCode).toBe(0);
  });

  it('keeps a container from being made where it has none', async () => {
    const { exited } = project(fill, false)({ scratchMiB: 1 });
    expect(await exited).toEqual({
      statusReason: 'Task failed to start',
      reason: 'CannotCreateContainerError: Error response from daemon: no space left on device',
    });
  });
});

it('a container that is told where its metadata is may ask for it', async () => {
  const show =
    'console.log(process.env.AWS_EC2_METADATA_DISABLED, process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT)';
  const start = project(show);
  const told = start({ metadataUrl: 'http://127.0.0.1:1/x' });
  await told.exited;
  expect(told.lines).toEqual(['false http://127.0.0.1:1/x']);
  const not = start({ jobId: 'other' });
  await not.exited;
  expect(not.lines).toEqual(['true undefined']);
});

describe('memory', () => {
  const onLinux = process.platform === 'linux' ? it : it.skip;
  const outOfMemory = {
    exitCode: 137,
    reason: 'OutOfMemoryError: Container killed due to memory usage',
  };
  /** A tool in a process group of its own, as the harness starts one. */
  const tool = (script: string): string =>
    `import { spawn } from 'node:child_process';
     const tool = spawn(process.execPath, ['-e', ${JSON.stringify(script)}], { detached: true, stdio: 'inherit' });
     tool.on('exit', code => { process.exitCode = code ?? 1; });`;
  const takes = (mib: number): string =>
    `const b = Buffer.alloc(${mib} * 1024 * 1024, 1); setTimeout(() => b[0], 900)`;

  onLinux('what a job asked for is held, over all its processes', async () => {
    const start = project(tool(takes(200)));
    expect(await start({ memoryMiB: 150 }).exited).toEqual(outOfMemory);
    expect(await start({ jobId: 'b', memoryMiB: 500 }).exited).toEqual({ exitCode: 0 });
  });

  onLinux('what processes share is counted once', async () => {
    // Three forks of a shell with 40 MB each, that nobody writes to.
    const start = project(
      `import { spawnSync } from 'node:child_process';
       const fork = 'x=$(head -c 40000000 /dev/zero | tr "\\\\0" x); (sleep 1; :) & (sleep 1; :) & (sleep 1; :) & wait';
       process.exitCode = spawnSync('sh', ['-c', fork], { stdio: 'inherit' }).status ?? 1;`,
    );
    expect(await start({ memoryMiB: 170 }).exited).toEqual({ exitCode: 0 });
  });
});
