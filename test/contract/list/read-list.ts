import { type ParseListOptions, parseList } from '../../../lib/contract/list/parse-list.ts';

export const participant = { one: 'participant', many: 'participants' };
/** A list of participants, if nothing else is said, as a file of this name has it. */
export const read = (
  text: string | Buffer,
  source = 'list.txt',
  options: ParseListOptions = {},
  noun = participant,
) => parseList(Buffer.from(text as string), source, noun, options);
/** The names of its items alone. */
export const names = (...args: Parameters<typeof read>) => read(...args).items.map(item => item.name);
