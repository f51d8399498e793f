import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { onceATurn } from './once-a-turn.ts';

/** A service's time, in ms since 1970. */
export type Now = () => number;

/**
 * Time as a service of the twin has it: this machine's, put forward by what `folder/.clock.json` says, `{"aheadSeconds": 43200}`. So a
 * restore that takes hours, or a lifecycle rule of 90 days, is rehearsed by writing a number.
 */
export function clockOfFile(folder: string): Now {
  const path = join(folder, '.clock.json');
  let seen = -1;
  let aheadMs = 0;
  const changedAt = onceATurn(() => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return () => {
    const changed = changedAt();
    if (changed !== seen) aheadMs = changed === 0 ? 0 : readAhead(path, aheadMs);
    seen = changed;
    return Date.now() + aheadMs;
  };
}

/** What was before, while the file is being written. */
function readAhead(path: string, before: number): number {
  try {
    const { aheadSeconds } = JSON.parse(readFileSync(path, 'utf8')) as { aheadSeconds?: unknown };
    return typeof aheadSeconds === 'number' && Number.isFinite(aheadSeconds) ? aheadSeconds * 1000 : before;
  } catch {
    return before;
  }
}
