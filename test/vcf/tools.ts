import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ExecResult } from '../../lib/contract/workload/task.ts';
import { program } from '../helpers/program.ts';
import { bcftools } from './stand-in/bcftools.ts';
import { runStandIn } from './stand-in/program.ts';

/** A folder with the stand-ins as programs, as the image has the real ones. `environment` is theirs beside the job's. */
export async function makeTools(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const set = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  for (const [name, file] of [
    ['tiledbvcf', 'main.ts'],
    ['bcftools', 'bcftools-main.ts'],
  ] as const) {
    const script = await program(join(import.meta.dirname, 'stand-in', file));
    writeFileSync(
      join(folder, name),
      ['#!/bin/sh', ...set, `exec '${process.execPath}' '${script}' "$@"`, ''].join('\n'),
    );
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/**
 * What those programs do, and the shell that keeps the words of `tiledbvcf` (containers/vcf/call.ts), without a process: for tests
 * of tasks, whose calls are many.
 */
export async function inThisProcess(
  command: readonly string[],
  {
    cwd,
    environment,
    note,
  }: {
    readonly cwd: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly note: (line: string) => void;
  },
): Promise<ExecResult> {
  const [name = '', ...args] = command;
  if (name === 'bcftools') return { exitCode: bcftools(args, path => resolve(cwd, path)) };
  const [, script = '', said = '', tool = '', ...words] = args;
  if (name !== 'bash' || tool !== 'tiledbvcf') throw new Error(`no stand-in: ${command.join(' ')}`);
  let text = '';
  const shown = (lines: string): void => lines.split('\n').filter(Boolean).forEach(note);
  const exitCode = await runStandIn(words, {
    at: path => resolve(cwd, path),
    environment,
    out: more => {
      text += more;
      if (script.includes('tee')) shown(more);
    },
    err: shown,
  });
  writeFileSync(said, text);
  return { exitCode };
}
