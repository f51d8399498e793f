import { eachLimit } from '../../lib/contract/run/map-limit.ts';
import { counted } from '../../lib/contract/workload/number-text.ts';
import type { InputPlace, Item } from '../../lib/contract/workload/workload.ts';

/** What `--do hcp` and `--do bids` read of a participant, below /data_in; undefined for what reads who knows what. */
export function inputOf(
  parameters: Readonly<Record<string, string>>,
  participant: string,
): string | undefined {
  const { run, pedir, task } = parameters;
  if (parameters.do === 'hcp')
    return `HCP_1200/${participant}/MNINonLinear/Results/rfMRI_${run}_${pedir}/rfMRI_${run}_${pedir}.nii.gz`;
  if (parameters.do !== 'bids') return undefined;
  const subject = subjectOf(participant);
  return `${subject}/func/${subject}_task-${task}_desc-preproc_bold.nii.gz`;
}

/** BIDS's folder of a participant, with or without `sub-` in the list. */
export const subjectOf = (participant: string): string =>
  participant.startsWith('sub-') ? participant : `sub-${participant}`;

/** Participants that are looked up before a submission; of more, this many spread over the list. */
const mostLooks = 2000;
const atOnce = 16;

/**
 * Looks whether the input of each participant is there, so that a typo costs no host. Answers a problem for those without one, and what could not be seen.
 */
export async function missingInputs(
  items: readonly Item[],
  parameters: Readonly<Record<string, string>>,
  { address, has }: InputPlace,
): Promise<{ readonly problems: readonly string[]; readonly notes: readonly string[] }> {
  const looked = spread(items, mostLooks).map(({ name }) => ({ name, key: inputOf(parameters, name)! }));
  const missing: { name: string; key: string }[] = [];
  let unseen = false;
  await eachLimit(looked, atOnce, async each => {
    if (unseen) return;
    const there = await has(each.key);
    if (there === undefined) unseen = true;
    else if (!there) missing.push(each);
  });
  if (unseen)
    return {
      problems: [],
      notes: [`whether the inputs are at ${address} was not checked: it does not open for you`],
    };
  const part =
    looked.length < items.length
      ? [
          `of ${counted(items.length, 'participant')}, ${looked.length.toLocaleString('en-US')} were looked up`,
        ]
      : [];
  if (missing.length === 0) return { problems: [], notes: part };
  missing.sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = missing.slice(0, 8).map(each => each.name);
  const more = missing.length > names.length ? `, and ${missing.length - names.length} more` : '';
  const problem = `${missing.length} of ${counted(looked.length, { one: 'participant has', many: 'participants have' })} no input at ${address}, for example ${missing[0]!.key}: ${names.join(', ')}${more}; mend the list, or submit them all the same with --missing run`;
  return parameters.missing === 'run'
    ? { problems: [], notes: [...part, problem.replace(/; mend .*$/s, '')] }
    : { problems: [problem], notes: part };
}

const spread = <T>(items: readonly T[], most: number): readonly T[] =>
  items.length <= most
    ? items
    : Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]!);
