/** The head of an answer: status line and headers. */
export interface AnswerHead {
  readonly status: number;
  /** By names in lower case; what is given more than once, joined by commas. Text as latin1. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the connection can take another request. */
  readonly keepsAlive: boolean;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
/** What no line of a head may hold (RFC 9112, 2.2; 9110, 5.5): ends of lines but CRLF, and control characters but tabs. */
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Header names as servers write them, in lower case: there are a dozen, and a million answers. */
const lowerCase = new Map<string, string>();

function lowered(name: string): string {
  const known = lowerCase.get(name);
  if (known !== undefined) return known;
  // A line that goes on from the one before has blanks where a name would be.
  if (!token.test(name)) throw new Error(`${JSON.stringify(name.slice(0, 100))} is no name of a header`);
  const lower = name.toLowerCase();
  if (lowerCase.size < 256) lowerCase.set(name, lower);
  return lower;
}

/** A head as it arrived, without the empty line behind it. Throws where it is none. */
export function readHead(text: string): AnswerHead {
  const end = text.indexOf('\r\n');
  const first = end < 0 ? text : text.slice(0, end);
  const [, minor, status] = statusLine.exec(first) ?? [];
  if (status === undefined || forbidden.test(text))
    throw new Error(`an answer is no HTTP: ${JSON.stringify(first.slice(0, 100))}`);
  const headers: Record<string, string> = {};
  for (let at = end < 0 ? text.length : end + 2; at < text.length; ) {
    const next = text.indexOf('\r\n', at);
    const lineEnd = next < 0 ? text.length : next;
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon > lineEnd)
      throw new Error(`${JSON.stringify(text.slice(at, at + 100))} is no header`);
    const name = lowered(text.slice(at, colon));
    const value = trimmed(text, colon + 1, lineEnd);
    if (!Object.hasOwn(headers, name)) headers[name] = value;
    else headers[name] += `, ${value}`;
    at = lineEnd + 2;
  }
  const options = headers.connection?.toLowerCase() ?? '';
  const keepsAlive = minor === '1' ? !options.includes('close') : options.includes('keep-alive');
  return { status: Number(status), headers, keepsAlive };
}

/** Without the blanks around it: `trim` takes characters that a value may end with. */
function trimmed(text: string, from: number, end: number): string {
  while (from < end && isBlank(text.charCodeAt(from))) from++;
  while (end > from && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(from, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
