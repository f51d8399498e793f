import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

/** `lab` as bin/lab.mts has it, on the lab that LAB_CONFIG says; what it took goes into LAB_BENCH_FIGURES. */
const projectRoot = join(import.meta.dirname, '../..');
enableCompileCache(join(projectRoot, 'node_modules', '.cache', 'arraylab'));
setFlagsFromString('--semi-space-growth-factor=1');
const { workloads } = await import('../../jobs/index.ts');
const { runCli } = await import('../../lib/cli/main.ts');
process.exitCode = await runCli(process.argv.slice(2), {
  projectRoot,
  configFile: process.env.LAB_CONFIG ?? '',
  cwd: process.cwd(),
  environment: process.env,
  io: { out: process.stdout, err: process.stderr },
  stdin: process.stdin,
  signal: new AbortController().signal,
  workloads,
  now: () => new Date(),
  seed: () => randomBytes(3).toString('hex'),
});
const { user, system } = process.cpuUsage();
const figures = { cpuSeconds: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024 };
if (process.env.LAB_BENCH_FIGURES) writeFileSync(process.env.LAB_BENCH_FIGURES, JSON.stringify(figures));
