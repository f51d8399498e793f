import { LabError } from '../../contract/workload/errors.ts';
import { exitCodes } from '../../contract/workload/exit-codes.ts';
import { unsentText } from '../../ledger/unsent.ts';
import type { Command } from '../command.ts';
import { openedRun } from '../open.ts';
import { causesText } from '../output/causes-text.ts';
import { resumeCommand, seeWords } from '../output/command-line.ts';
import { allOf, counted, numberText, writeAll, writeJson } from '../output/output.ts';
import { readCauses } from '../read-causes.ts';
import { waitingNow } from '../watch/waiting-now.ts';

export const why: Command = {
  name: 'why',
  group: 'runs',
  summary: 'why items of a run are not done, by cause, and the command that mends each',
  usage: '[run] [--names CAUSE]',
  options: {
    names: { type: 'string', value: 'CAUSE', describe: 'the names of this cause alone, one a line' },
    lines: { type: 'boolean', describe: 'all that is kept of what the tool printed, not three lines' },
  },
  examples: ['lab why', 'lab why 3f9a2c --names 1b7e > again.txt'],
  onlyReads: true,
  async run(context, args) {
    const open = await openedRun(context, args);
    const ledger = await open.ledger();
    const causes = await readCauses(context, open, ledger);
    const { runId } = open.run;
    const wanted = args.text('names');
    if (wanted !== undefined) {
      const found = causes.find(cause => cause.id === wanted);
      if (!found)
        throw new LabError({
          where: '--names',
          message: `nothing of ${runId} is open of cause ${wanted}`,
          fix: `npx lab why ${runId}`,
        });
      for (const name of found.names) await writeAll(context.io.out, `${name}\n`);
      return exitCodes.ok;
    }
    const waiting = ledger.ended || ledger.unsent.isAll ? undefined : await waitingNow(context, open, ledger);
    if (context.json)
      await writeJson(context.io.out, {
        run: runId,
        ended: ledger.ended,
        causes,
        ...(waiting ? { waiting } : {}),
        ...(ledger.unsent.jobs > 0 ? { unsubmitted: ledger.unsent.jobs } : {}),
      });
    else
      context.io.out.write(
        causesText(context.io.out, causes, open.spec.item, { lines: args.flag('lines') ? 20 : 3 }),
      );
    if (waiting && !context.json)
      context.say(`nothing runs: ${waiting.text}${waiting.fix ? `\n  ${waiting.fix}` : ''}`);
    const unsent = unsentText(ledger.unsent);
    if (unsent) context.say(unsent);
    const { done, partial, running } = ledger.counts;
    const left = ledger.rows.length - done - partial;
    const missing = partial > 0 ? `, ${numberText(partial)} done with something missing` : '';
    const next = ledger.unsent.isAll
      ? resumeCommand(runId, context.suffix)
      : (causes[0]?.remedy.command ?? `npx lab watch ${runId}${context.suffix}`);
    context.say(
      left === 0
        ? `${allOf(ledger.rows.length, open.spec.item)} done${missing}\nNext: npx lab ${seeWords(open.spec, runId)}${context.suffix}`
        : `${numberText(left)} of ${counted(ledger.rows.length, open.spec.item)} not done${missing}${running > 0 ? `, ${numberText(running)} running` : ''}\nNext: ${next}`,
    );
    return exitCodes.ok;
  },
};
