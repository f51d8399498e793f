import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { definition } from '../batch/helper.ts';
import { folder, left, project, startProjects } from './bundle-project.ts';

startProjects();

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
    expect(readdirSync(folder(), { recursive: true }).map(String)).not.toContainEqual(
      expect.stringMatching('mine'),
    );
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
(canIsolate ? it : it.skip).each([
  ['a short', 0],
  ['a longer', 1100],
])('a tool that left the process group of %s container ends with its namespace', async (_, ms) => {
  const start = project(
    `import { spawn } from 'node:child_process';
    const tool = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
    console.log('tool', tool.pid); tool.unref(); setTimeout(() => {}, ${ms});`,
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
