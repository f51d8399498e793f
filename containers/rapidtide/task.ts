import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { configPrefix } from '../../lib/contract/run/keys.ts';
import type { OutputRecord } from '../../lib/contract/run/records.ts';
import { env } from '../../lib/contract/workload/env.ts';
import { exitCodes } from '../../lib/contract/workload/exit-codes.ts';
import type { Task, TaskContext, TaskResult } from '../../lib/contract/workload/task.ts';
import { commandFor } from './commands.ts';
import { madeIn, openDataOut } from './data-out.ts';

/** One participant: /data_in is mounted, /data_out has config/, the command runs, what it made is uploaded. */
export const rapidtideTask: Task = {
  async run(context) {
    const participant = context.items[0]!.name;
    const dataIn = context.mounts['/data_in']!;
    const dataOut = await openDataOut(context.environment[env.dataOut] ?? '/data_out', context.scratch);
    await context.download(configPrefix, join(dataOut, 'config'));
    const command = commandFor(context.parameters, participant, { dataIn, dataOut }, context.arguments);
    const missing = missingScript(context, dataOut) ?? missingInput(command, dataIn);
    if (missing) return missing;
    // Rapidtide does not make the folder that it writes to.
    if (command[0] === 'rapidtide') await mkdir(dirname(command[2]!), { recursive: true });
    const { exitCode } = await context.exec(command, {
      environment: { PARTICIPANT_FROM_ARRAY: participant, [env.dataIn]: dataIn, [env.dataOut]: dataOut },
    });
    if (exitCode !== 0) return { exitCode, reason: reasonOf(command, exitCode) };
    return { exitCode, outputs: await uploadMade(context, dataOut) };
  },
};

async function uploadMade(context: TaskContext, dataOut: string): Promise<readonly OutputRecord[]> {
  const outputs: OutputRecord[] = [];
  for (const name of await madeIn(dataOut))
    outputs.push(...(await context.upload(join(dataOut, name), `${context.outputPrefix}${name}`)));
  return outputs;
}

function missingScript({ parameters }: TaskContext, dataOut: string): TaskResult | undefined {
  if (parameters.do !== 'script') return undefined;
  const path = join(dataOut, 'config', parameters.script ?? '');
  if (parameters.script && existsSync(path)) return undefined;
  return {
    exitCode: exitCodes.itemNotFound,
    reason: `there is no config/${parameters.script ?? ''} in the output bucket`,
  };
}

/** A run that the participant does not have is told as that, before Rapidtide starts. */
function missingInput(command: readonly string[], dataIn: string): TaskResult | undefined {
  const input = command[1];
  if (command[0] !== 'rapidtide' || !input?.startsWith(dataIn) || existsSync(input)) return undefined;
  return { exitCode: exitCodes.itemNotFound, reason: `there is no ${input}` };
}

function reasonOf(command: readonly string[], exitCode: number): string {
  const name =
    command[0] === 'bash' ? (command[1] === '-c' ? command[3]! : basename(command[1]!)) : command[0]!;
  if (exitCode === 127 && command[0] !== 'bash') return `${name} is not found`;
  return exitCode === 137 ? `${name} was killed: out of memory?` : `${name} exited with ${exitCode}`;
}
