import { readFileSync } from 'node:fs';
import { runTool } from '../../containers/runtime/exec.ts';
import { lineLog } from '../../containers/runtime/line-log.ts';

/** What a container's harness does with a tool that prints LINES lines; its own highest memory is the last line. */
const log = lineLog(process.stdout);
await runTool({
  command: ['seq', '-f', 'line %.0f of a chatty tool', process.env.LINES ?? '1'],
  cwd: '/',
  environment: { PATH: process.env.PATH ?? '' },
  signal: new AbortController().signal,
  graceMs: 1000,
  onLine: line => log(`[item] ${line}`),
});
const peak = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
void log(`harness ${Math.round(Number(peak) / 1024)} MiB`);
