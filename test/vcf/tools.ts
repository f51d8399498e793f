import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../helpers/program.ts';

/** A folder with the stand-ins as programs, as the image has the real ones. `environment` is theirs beside the job's. */
export function makeTools(folder: string, environment: Readonly<Record<string, string>> = {}): string {
  mkdirSync(folder, { recursive: true });
  const set = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  for (const [name, file] of [
    ['tiledbvcf', 'main.ts'],
    ['bcftools', 'bcftools-main.ts'],
  ] as const) {
    const script = program(join(import.meta.dirname, 'stand-in', file));
    writeFileSync(
      join(folder, name),
      ['#!/bin/sh', ...set, `exec '${process.execPath}' '${script}' "$@"`, ''].join('\n'),
    );
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
