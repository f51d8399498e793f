// What a process took, as JSON into a file: of itself alone, and not of who starts it.
import { writeFileSync } from 'node:fs';

const file = process.env.LAB_BENCH_FIGURES;
process.once('exit', () => {
  const { user, system } = process.cpuUsage();
  const figures = { cpuSeconds: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024 };
  if (file) writeFileSync(file, JSON.stringify(figures));
});
