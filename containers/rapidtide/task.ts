import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { OutputRecord } from '../../lib/contract/run/records.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes, howToolEnded } from '../../lib/contract/workload/exit-codes.ts';
import { inspectScript } from '../../lib/contract/workload/script.ts';
import type { Task, TaskContext, TaskResult } from '../../lib/contract/workload/task.ts';
import { commandFor } from './commands.ts';
import { type DataOut, openDataOut } from './data-out.ts';
import { runCommand } from './run-command.ts';

/** One participant: /data_in is mounted, /data_out has config/, the command runs, what it made is uploaded. */
export const rapidtideTask: Task = {
  async run(context) {
    const { parameters, limits } = context;
    const participant = context.items[0]!.name;
    const ready = keyFor(parameters['skip-done-if'], participant);
    if (ready && (await context.exists(ready)))
      return { exitCode: 0, reason: `skipped: ${ready} is there already`, outputs: [] };
    const dataIn = context.mounts['/data_in']!;
    const dataOut = await openDataOut(
      context.environment[env.dataOut] ?? '/data_out',
      context.scratch,
      context.download,
    );
    const earlier = keyFor(parameters['data-out-from'], participant);
    if (earlier) await context.download(earlier, dataOut.path);
    const script = parameters.do === 'script' ? await placeScript(context, dataOut) : [];
    if (!script) return noScript(parameters.script);
    const places = { dataIn, dataOut: dataOut.path, script, vcpus: limits.vcpus };
    const command = commandFor(parameters, participant, places, context.arguments);
    const missing = missingInput(command, dataIn);
    if (missing) return missing;
    const { exitCode, reason } = await runCommand(command, (words, onLine) =>
      context.exec(words, {
        environment: {
          PARTICIPANT_FROM_ARRAY: participant,
          [env.dataIn]: dataIn,
          [env.dataOut]: dataOut.path,
        },
        onLine,
      }),
    );
    if (exitCode !== 0) {
      await context.keepFailed(await dataOut.made());
      return { exitCode, reason: reason ?? reasonOf(command, script, exitCode) };
    }
    return { exitCode, outputs: await uploadMade(context, dataOut), ...(reason ? { reason } : {}) };
  },
};

const keyFor = (pattern: string | undefined, participant: string): string | undefined =>
  pattern?.replaceAll('{item}', participant);

async function uploadMade(context: TaskContext, dataOut: DataOut): Promise<readonly OutputRecord[]> {
  const outputs: OutputRecord[] = [];
  for (const path of await dataOut.made())
    outputs.push(...(await context.upload(path, `${context.outputPrefix}${basename(path)}`)));
  return outputs;
}

/** The run's own script among those of config/, and the words that run it; undefined where the run has none. */
async function placeScript(context: TaskContext, dataOut: DataOut): Promise<readonly string[] | undefined> {
  const file = await context.file('script');
  if (!file) return undefined;
  const path = join(dataOut.path, 'config', file.name);
  await mkdir(dirname(path), { recursive: true });
  await copyFile(file.path, path);
  await chmod(path, 0o755);
  return [...inspectScript(await readFile(path), file.name).interpreter, path];
}

const noScript = (script = ''): TaskResult => ({
  exitCode: exitCodes.itemNotFound,
  reason: `the run has no script ${script}: submit it again`,
});

/** A run that the participant does not have is told as that, before Rapidtide starts. */
function missingInput(command: readonly string[], dataIn: string): TaskResult | undefined {
  const input = command[1];
  if (command[0] !== 'rapidtide' || !input?.startsWith(dataIn) || existsSync(input)) return undefined;
  return { exitCode: exitCodes.itemNotFound, reason: `there is no ${input}` };
}

function reasonOf(command: readonly string[], script: readonly string[], exitCode: number): string {
  const name =
    script.length > 0 ? basename(script.at(-1)!) : command[0] === 'bash' ? command[3]! : command[0]!;
  if (exitCode === 127 && command[0] === 'rapidtide') return `${name} is not found`;
  if (exitCode === 127 && script.length > 0 && script[0] !== 'bash')
    return `${name} exited with 127: is ${script.slice(0, -1).join(' ')} in the image?`;
  return `${name} ${howToolEnded(exitCode)}`;
}
