import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processContainers } from '../../lib/twin/container/process-containers.ts';
import { logsService } from '../../lib/twin/logs/logs-service.ts';

const lines = 10_000_000;
const at = { group: '/lab/jobs', stream: 'work/default/0' };

/** A tool prints ten million lines: through the harness and a pipe into the twin's log, and out again page by page. */
export async function logLines(root: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'log-lines-'));
  try {
    const logs = logsService({ folder: join(folder, 'logs'), region: 'us-east-1' });
    const run = processContainers({
      projectRoot: root,
      node: process.execPath,
      tools: [],
      folder: join(folder, 'containers'),
      region: 'us-east-1',
      serverUrl: () => 'http://127.0.0.1:9',
      credentials: { grant: () => ({ token: '', revoke: () => undefined }), handle: async () => false },
      isolate: false,
    });
    const began = performance.now();
    const container = run({
      jobId: 'a',
      attempt: 1,
      jobName: 'chatty',
      definition: { bundle: 'bench/log-lines/chatty.ts' } as never,
      command: [],
      environment: { LINES: String(lines) },
      instance: 'i-0',
      isSpot: false,
      memoryMiB: 1024,
      onOutput: more => logs.append(at.group, at.stream, more),
    });
    const { exitCode } = await container.exited;
    const written = (performance.now() - began) / 1000;
    const read = await readAll(logs);
    const took = (performance.now() - began) / 1000 - written;
    const twin = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return [
      `log-lines: ${lines.toLocaleString('en-US')} lines, exit code ${exitCode}`,
      `lost ${lines - read.lines}, out of order ${read.outOfOrder}; ${read.last}; twin ${Math.round(Number(twin) / 1024)} MiB`,
      `written in ${written.toFixed(0)} s, read in ${took.toFixed(0)} s`,
      '',
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readAll(logs: ReturnType<typeof logsService>) {
  let found = 0;
  let outOfOrder = 0;
  let last = '';
  for (let nextToken: string | undefined; ; ) {
    const input = { logGroupName: at.group, logStreamName: at.stream, startFromHead: true, nextToken };
    const page = (await logs.call({ action: 'GetLogEvents', input } as never)) as {
      readonly events: readonly { readonly message: string }[];
      readonly nextForwardToken: string;
    };
    if (page.nextForwardToken === nextToken) return { lines: found, outOfOrder, last };
    nextToken = page.nextForwardToken;
    for (const { message } of page.events) {
      const number = /^\[item\] line (\d+) of a chatty tool$/.exec(message)?.[1];
      if (number === undefined) last = message;
      else if (Number(number) !== ++found) outOfOrder++;
    }
  }
}
