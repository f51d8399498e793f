/** A word as a shell takes it. */
export const shellWord = (text: string): string =>
  /^[\w.,:=@%+/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The call that was made, to be given again: without an option, and with more words before any `--`. */
export function sameCommand(argv: readonly string[], without: string, more: readonly string[] = []): string {
  const end = argv.indexOf('--');
  const own = (end < 0 ? argv : argv.slice(0, end)).filter(word => word !== `--${without}`);
  const rest = end < 0 ? [] : argv.slice(end);
  return ['npx', 'lab', ...own, ...more, ...rest].map(shellWord).join(' ');
}
