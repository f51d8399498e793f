import type { Problem } from './errors.ts';

/** A script as it was read: how it is run, and what is wrong with it. */
export interface InspectedScript {
  /** The words before its path: `['bash']`, or what its first line says: `['/usr/bin/env', 'python3']`. None for a program. */
  readonly interpreter: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Looks at a script before a host is paid for: line ends of Windows, a BOM, UTF-16, an empty file, an interpreter that is
 * not named whole. A first line `#!…` is obeyed, whatever its language; without one, bash runs it. `where` is what a person
 * calls it.
 */
export function inspectScript(bytes: Buffer, where: string): InspectedScript {
  const told = (message: string, fix: string): InspectedScript => ({
    interpreter: ['bash'],
    problems: [{ where, message, fix }],
  });
  if (bytes.length === 0 || bytes.toString('latin1').trim() === '')
    return told('is empty', 'write the script, and look whether it was saved');
  // An ELF program is run as it is.
  if (bytes.subarray(0, 4).toString('latin1') === '\x7fELF') return { interpreter: [], problems: [] };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return told('is UTF-16', `iconv -f UTF-16 -t UTF-8 ${where} > utf8.sh`);
  if (bytes.includes(0))
    return told('holds a NUL byte: it is no script', 'give the script, not an archive of it');
  const problems: Problem[] = [];
  const hasBom = bytes.subarray(0, 3).toString('latin1') === '\xef\xbb\xbf';
  if (hasBom)
    problems.push({
      where,
      message: 'begins with a BOM, so its first line is not understood',
      fix: `sed -i '1s/^\\xef\\xbb\\xbf//' ${where}`,
    });
  const text = bytes.subarray(hasBom ? 3 : 0).toString('utf8');
  if (/\r/.test(text))
    problems.push({
      where,
      message: `has the line ends of ${text.includes('\r\n') ? 'Windows' : 'an old Mac'} (line ${lineOfReturn(text)}): names and options would end in a carriage return`,
      fix: text.includes('\r\n') ? `sed -i 's/\\r$//' ${where}` : `sed -i 's/\\r/\\n/g' ${where}`,
    });
  const interpreter = readShebang(text);
  if (interpreter && !interpreter[0]?.startsWith('/'))
    problems.push({
      where,
      message: `its first line names ${JSON.stringify(interpreter[0] ?? '')}, which is no whole path`,
      fix: 'for example #!/usr/bin/env python3',
    });
  return { interpreter: interpreter ?? ['bash'], problems };
}

/** The interpreter of a first line `#!…` and, as Linux passes it, all that follows as one argument; env's words are cut. */
export function readShebang(text: string): readonly string[] | undefined {
  const line = /^#!([^\r\n]*)/.exec(text)?.[1]?.trim();
  if (line === undefined) return undefined;
  const [, program = '', rest = ''] = /^(\S*)\s*(.*)$/.exec(line)!;
  return rest === '' ? [program] : [program, rest];
}

const lineOfReturn = (text: string): number => text.slice(0, text.indexOf('\r')).split('\n').length;
