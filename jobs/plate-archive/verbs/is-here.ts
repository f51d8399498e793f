import { resolve } from 'node:path';
import type { Args } from '../../../lib/contract/verb/args.ts';
import type { VerbPorts } from '../../../lib/contract/verb/verb-ports.ts';

/** Whether `lab archive restore …` means a folder of this machine: anything else is a job. */
export function isHere(words: readonly string[]): boolean {
  const value = (name: string): string | undefined => {
    const at = words.indexOf(`--${name}`);
    return at < 0 ? words.find(word => word.startsWith(`--${name}=`))?.slice(name.length + 3) : words[at + 1];
  };
  const to = value('to');
  return to !== undefined && !to.startsWith('s3://');
}

export const folderOf = (ports: VerbPorts, args: Args): string => resolve(ports.cwd, args.text('to') ?? '.');
