import type { ItemNoun } from '../../contract/workload/workload.ts';
import type { CauseGroup } from '../../report/causes.ts';
import type { Remedy } from '../../report/remedies.ts';
import { columnsOf, counted, cut, harmless, numberText, type Stream, tint, wrap } from './output.ts';

export interface TreatedCause extends CauseGroup {
  /** What people know the first of them by, where that is not their name. */
  readonly called?: readonly string[];
  readonly remedy: Remedy;
}

export const namesShown = 6;

/** Causes for a person: how many, why, who, what the tool printed last, and what to do about it. */
export function causesText(
  stream: Stream,
  causes: readonly TreatedCause[],
  noun: ItemNoun,
  { most = 10, lines = 3 }: { readonly most?: number; readonly lines?: number } = {},
): string {
  const more = causes.length - most;
  const blocks = causes.slice(0, most).map(cause => block(stream, cause, noun, lines));
  return `${blocks.join('')}${more > 0 ? `and ${counted(more, 'more cause')}: npx lab why --json\n` : ''}`;
}

function block(stream: Stream, cause: TreatedCause, noun: ItemNoun, lines: number): string {
  const { names, called, exitCode, tail, remedy } = cause;
  const columns = columnsOf(stream, 200) - 1;
  const say = (text: string): string => `${cut(harmless(stream, text), stream.isTTY ? columns : 500)}\n`;
  /** What a person has to know is broken into lines, and not cut. */
  const whole = (text: string, margin: string): readonly string[] => {
    const shown = cut(harmless(stream, text), 500);
    if (!stream.isTTY) return [`${shown}\n`];
    const [first = '', ...rest] = wrap(shown.trimStart(), columns - margin.length);
    const start = shown.startsWith(margin) ? margin : '';
    return [`${start}${first}\n`, ...rest.map(line => `${margin}${line}\n`)];
  };
  const code = exitCode === undefined || cause.kind === 'held' ? '' : ` (exit code ${exitCode})`;
  const what = cause.kind === 'held' ? 'held' : cause.kind === 'cancelled' ? 'cancelled' : 'failed';
  const head = `${counted(names.length, noun)} ${what}${code}: `;
  const rest = names.length - namesShown;
  const some =
    names
      .slice(0, namesShown)
      .map((name, at) => (called?.[at] ? `${name} (${called[at]})` : name))
      .join(', ') + (rest > 0 ? `, and ${numberText(rest)} more` : '');
  return [
    ...whole(`${head}${cause.reason}`, '  ').map((line, at) =>
      at === 0 && line.startsWith(head)
        ? tint(stream, what === 'failed' ? 'bad' : 'quiet', head) + line.slice(head.length)
        : line,
    ),
    say(`  ${some}`),
    ...tail.slice(-lines).map(line => tint(stream, 'quiet', say(`  │ ${line}`))),
    ...whole(`  ${remedy.text}:`, '  '),
    // A command is there to be copied: it is never cut.
    `    ${remedy.command}\n`,
  ].join('');
}
