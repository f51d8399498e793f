import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jobLabels, resultNames } from '../../jobs/pypeliner/job.ts';
import { env } from '../../lib/contract/workload/env.ts';
import type { Task } from '../../lib/contract/workload/task.ts';

/** Single jobs that somebody else's workflow sends, one after the other: what pypeliner's would do is a line of shell. */
export const jobTasks: Readonly<Record<string, Task>> = {
  'pypeliner/run': {
    async run({ items, environment, download, scratch, exec, upload, outputPrefix, limits }) {
      const { payload, range } = jobLabels(items[0]!.labels ?? {});
      await download(payload.slice(0, -'before'.length), scratch);
      // What was sent together is one object: a job's own is a part of it.
      const [from, to] = range.split('-').map(Number);
      const before = join(scratch, 'before');
      await writeFile(before, (await readFile(before)).subarray(from, to));
      const { exitCode } = await exec(['sh', '-c', `sh before`], {
        environment: { [env.item]: environment[env.item]! },
      });
      if (exitCode !== 0) return { exitCode };
      await writeFile(join(scratch, 'after'), JSON.stringify(limits));
      return {
        exitCode,
        outputs: await upload(join(scratch, 'after'), `${outputPrefix}${resultNames.after}`),
      };
    },
  },
};
