import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { jsonElements } from '../../contract/list/json-elements.ts';
import { makeFolder } from '../../contract/verb/make-folder.ts';
import { replaceFile } from '../../contract/verb/replace-file.ts';
import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { jsonPieces } from '../../contract/workload/json-pieces.ts';
import type { WorkloadSpec } from '../../contract/workload/workload.ts';
import { openRun } from '../../runs/open-run.ts';
import { listRuns } from '../../runs/stored-run.ts';
import type { Command } from '../command.ts';
import { candidates } from '../completion/candidates.ts';
import { completionScripts, isShell } from '../completion/scripts.ts';
import { type Context, makeContext } from '../context.ts';
import { twinFolderOf } from '../twin/folder.ts';
import { readServer } from '../twin/server.ts';

/** Completes the verbs that are asked for when it runs, itself among them. */
export const completionOf = (
  commands: (workloads: readonly WorkloadSpec[]) => Promise<readonly Command[]>,
): Command => ({
  name: 'completion',
  group: 'twin',
  summary: 'what makes your shell complete verbs, options, runs and items: bash, zsh, fish',
  usage: 'bash | zsh | fish',
  options: {},
  examples: ['lab completion bash >> ~/.bash_completion', 'lab completion zsh > "${fpath[1]}/_lab"'],
  onlyReads: true,
  async run(context, args) {
    const [what = ''] = args.positionals;
    if (what === 'words') return complete(context, await commands(context.workloads), args.rest);
    if (!isShell(what))
      throw new LabError({
        where: what || 'lab completion',
        message: 'is no shell that is known here',
        fix: `one of ${Object.keys(completionScripts).join(', ')}`,
      });
    context.io.out.write(completionScripts[what]);
    // An alias is none: shells expand it before they complete, or not at all in what completes.
    context.say(
      what === 'fish'
        ? 'a new shell has it, where lab is a command: function lab; npx lab $argv; end in ~/.config/fish/config.fish makes it one'
        : `a new shell has it, where lab is a command: lab() { npx lab "$@"; } in ~/.${what}rc makes it one`,
    );
    context.say(`Next: exec ${what}`);
    return exitCodes.ok;
  },
});

/** Whatever goes wrong, a shell that asks is told nothing. */
async function complete(
  context: Context,
  commands: readonly Command[],
  words: readonly string[],
): Promise<number> {
  const names = context.workloads.map(spec => spec.name);
  const { context: theirs, close } = makeContext(context.world, {
    argv: context.argv,
    json: false,
    local: context.local || words.includes('--local'),
    ...optional('lab', valueIn(words, '--lab')),
    ...optional('profile', valueIn(words, '--profile')),
  });
  const found = await candidates(words, {
    commands,
    workloads: context.workloads,
    runs: () =>
      remembered(theirs, 'runs', 60_000, async () =>
        (await listRuns((await theirs.connect()).store, names)).map(run => run.runId),
      ),
    items: run =>
      // A run's items do not change; which is the newest does.
      remembered(theirs, `items-${run}`, run === 'latest' ? 60_000 : 86_400_000, async () =>
        Array.from((await openRun(await theirs.connect(), theirs.workloads, run)).items, item => item.name),
      ),
  })
    .catch(() => [])
    .finally(close);
  for (const word of found) context.print(word);
  return exitCodes.ok;
}

/** The value of an option in a line that is being written. */
function valueIn(words: readonly string[], option: string): string | undefined {
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
}

const optional = <K extends string>(name: K, value: string | undefined): { readonly [k in K]?: string } =>
  (value ? { [name]: value } : {}) as { readonly [k in K]?: string };

/** What was answered less than so long ago is not asked again: a person presses Tab several times. */
async function remembered(
  context: Context,
  what: string,
  forMs: number,
  ask: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const { local } = context;
  const place = twinFolderOf(context);
  const { name } = await context.config();
  // Completing a line starts no twin.
  if (local && !(await readServer(place))) return [];
  const file = join(
    dirname(place.folder),
    'completion',
    `${local ? 'local' : 'aws'}-${name}-${what.replaceAll(/[^\w-]/g, '_')}.json`,
  );
  const age = await stat(file).then(
    ({ mtimeMs }) => context.now().getTime() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  if (age >= 0 && age < forMs) return [...jsonElements(await readFile(file))] as string[];
  const answer = await ask();
  await makeFolder(dirname(file));
  await replaceFile(file, jsonPieces(answer));
  return answer;
}
