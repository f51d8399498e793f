import { shellWord } from '../../contract/verb/texts.ts';

export { shellWord } from '../../contract/verb/texts.ts';

/** The call that was made, to be given again: without an option, and with more words before any `--`. */
export function sameCommand(argv: readonly string[], without: string, more: readonly string[] = []): string {
  const end = argv.indexOf('--');
  const own = (end < 0 ? argv : argv.slice(0, end)).filter(word => word !== `--${without}`);
  const rest = end < 0 ? [] : argv.slice(end);
  return ['npx', 'lab', ...own, ...more, ...rest].map(shellWord).join(' ');
}

/** Words of a call without an option and its value. */
export function withoutOption(argv: readonly string[], option: string): readonly string[] {
  const end = argv.indexOf('--');
  return argv.filter((word, i) => {
    if (end >= 0 && i >= end) return true;
    return word !== `--${option}` && !word.startsWith(`--${option}=`) && argv[i - 1] !== `--${option}`;
  });
}

/** Which lab a call was about, in its own words, for the next one to be about the same: ` --local`, ` --lab trial --profile me`. */
export function labWords(argv: readonly string[]): string {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const words = own.includes('--local') ? ['--local'] : [];
  for (const option of ['--lab', '--profile']) {
    const at = own.lastIndexOf(option);
    const value =
      at < 0 ? own.findLast(word => word.startsWith(`${option}=`))?.slice(option.length + 1) : own[at + 1];
    if (value) words.push(option, shellWord(value));
  }
  return words.map(word => ` ${word}`).join('');
}

/** Commands within a text, as they can be given: what refuses a request knows the run or the dataset, and not how its lab is called. */
export const withLab = (text: string, words: string): string =>
  text
    .replace(
      /(?:npx )?\blab ([a-z]+(?: --resume)? \d{8}t\d{6}z-[0-9a-f]{6})(?! --(?:local|lab|profile))/g,
      `npx lab $1${words}`,
    )
    .replace(wholeCommand, command => (isAboutALab(command) ? `${command}${words}` : command));

/** A command that is all of what is said, or all of it up to a comma: behind others the sentence goes on. */
const wholeCommand = /\bnpx lab [^,;:()\n]+(?=[,;)\n]|$)/g;
const isAboutALab = (command: string): boolean =>
  !/ --(?:local|lab|profile|help)\b| (?:says|names|lists|asks|first)\b/.test(command) &&
  !/^npx lab (?:twin|init|quickstart|rehearse|completion)\b/.test(command);

/** The command that submits what of a run was planned and not submitted. */
export const resumeCommand = (runId: string, suffix: string): string =>
  `npx lab submit --resume ${runId}${suffix}`;

/** What there is to see of a run that is done: its outputs, or what its family shows of what it has changed. */
export const seeWords = (
  { family }: { readonly family?: { readonly name: string; readonly look?: string } },
  runId: string,
): string => (family?.look ? `${family.name} ${family.look}` : `fetch ${runId}`);

/** What is done about items that are not done: those of an open run are tried again by the workflow that sent them. */
export const againWords = (run: {
  readonly runId: string;
  readonly request: { readonly request: { readonly open?: boolean } };
}): string => (run.request.request.open ? `logs ${run.runId} --failed` : `retry ${run.runId}`);
