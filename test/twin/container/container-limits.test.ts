import { project, startProjects } from './bundle-project.ts';

startProjects();

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
