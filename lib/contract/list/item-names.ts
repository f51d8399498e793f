import type { Problem } from '../workload/errors.ts';

/** Invisible characters that a copy from a web page or a PDF brings along. */
const invisible = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/;
const atEnds = new RegExp(`^(?:\\s|${invisible.source})+|(?:\\s|${invisible.source})+$`, 'g');

/** Names as most are: nothing in them that has to be looked at, and a digit, so that they are no word for nobody. */
const plain = /^[A-Za-z0-9_-]{0,100}\d[\w-]{0,100}$/;

export interface CleanName {
  readonly name: string;
  readonly hadComment?: true;
  readonly hadInvisible?: true;
}

/** A name as it stands in a list, without blanks and invisible characters around it and without a comment after it. */
export function cleanName(text: string): CleanName {
  if (plain.test(text)) return { name: text };
  const hasComment = /\s#(?:\s|$)/.test(text);
  const own = hasComment ? text.slice(0, text.search(/\s#(?:\s|$)/)) : text;
  const name = own.replace(atEnds, '');
  return {
    name,
    ...(hasComment ? { hadComment: true as const } : {}),
    ...(name !== own.trim() ? { hadInvisible: true as const } : {}),
  };
}

const nobody = /^(?:n\/?a|#?n\/a|nan|null|none|undefined|nil|-+|\?+)$/i;

/** What is wrong with a name by itself, or undefined. */
export function nameProblem(name: string): Omit<Problem, 'where'> | undefined {
  if (plain.test(name)) return undefined;
  if (name === '') return { message: 'has no name', fix: 'write it, or take the line out' };
  if (nobody.test(name))
    return {
      message: `${JSON.stringify(name)} stands for a name that is missing`,
      fix: 'write the name, or take the line out',
    };
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name))
    return {
      message: `${JSON.stringify(name)} holds a control character${name.includes('\t') ? ' (a tab: is it a table without a heading?)' : ''}`,
    };
  const hidden = invisible.exec(name);
  if (hidden)
    return {
      message: `${JSON.stringify(name)} holds the invisible character U+${hidden[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
      fix: 'write the name anew by hand',
    };
  if (/^\d(?:[.,]\d+)?E\+\d+$/.test(name))
    return {
      message: `${JSON.stringify(name)} is what a spreadsheet makes of a long number`,
      fix: 'format the column as text and export it again',
    };
  if (/^\d+\.0$/.test(name))
    return {
      message: `${JSON.stringify(name)} is what a table of numbers with gaps makes of a whole number`,
      fix: 'export the column as text (pandas: dtype=str)',
    };
  if (/^[-*•]\s/.test(name))
    return {
      message: `${JSON.stringify(name)} begins as a line of YAML or Markdown`,
      fix: "write the names alone: sed 's/^[-*] *//'",
    };
  if (/\s#\S/.test(name) && !/\s#\d/.test(name))
    return {
      message: `${JSON.stringify(name)} may be a name and a comment`,
      fix: 'put the comment on a line of its own; a name with # in it goes into JSON lines',
    };
  return folderProblem(name);
}

/** Names make folders of outputs and S3 keys: `a/b` is one below another, `a//b` and `../a` are none. */
function folderProblem(name: string): Omit<Problem, 'where'> | undefined {
  const parts = name.split('/');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name))
    return {
      message: `${JSON.stringify(name)} cannot be a name: it is an address`,
      fix: 'write the name alone; where a listing is meant, give its pattern instead of the file: s3://bucket/prefix/*/',
    };
  if (parts.some(part => part === '' || part === '.' || part === '..'))
    return {
      message: `${JSON.stringify(name)} cannot be a name: it stands for a folder of outputs`,
      fix: 'write it without slashes at its ends, without // and without . or .. between slashes',
    };
  const long = parts.find(part => Buffer.byteLength(part) > 255);
  if (long)
    return {
      message: `${JSON.stringify(`${long.slice(0, 40)}…`)} has ${Buffer.byteLength(long)} bytes, and a folder's name has 255 at most`,
      fix: 'shorten it: outputs are fetched into a folder of this name',
    };
  if (Buffer.byteLength(name) > 512)
    return {
      message: `${JSON.stringify(`${name.slice(0, 40)}…`)} is longer than 512 bytes`,
      fix: 'shorten it: it is part of every key of its outputs, and those have 1,024 at most',
    };
  return undefined;
}
