/** About how long a piece is. */
const pieceLength = 64 * 1024;

/** What JSON.stringify makes of plain data, piece by piece: all of it may be longer than a string can be. `indent`: blanks a level. */
export function* jsonPieces(value: unknown, indent = 0): Generator<string> {
  let piece = '';
  for (const token of tokens(value, ' '.repeat(indent), indent > 0 ? '\n' : '')) {
    piece += token;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

/** Elements of a list that are made into text in one go: one by one, a column of a large run is a string for each that a piece hangs on. */
const together = 128;
const shortText = 100;
const isShort = (value: unknown): boolean =>
  value === null ||
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  (typeof value === 'string' && value.length <= shortText);

/** `line` is what a new line begins with: its end and the blanks of the level. */
function* tokens(value: unknown, indent: string, line: string): Generator<string> {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) {
    yield JSON.stringify(value) ?? 'null';
    return;
  }
  const inner = `${line}${indent}`;
  let before = '';
  if (Array.isArray(value)) {
    yield '[';
    for (let from = 0; from < value.length; from += together) {
      const some: readonly unknown[] = value.slice(from, from + together);
      if (some.every(isShort))
        yield `${before}${inner}${some.map(each => JSON.stringify(each)).join(`,${inner}`)}`;
      else
        for (const element of some) {
          yield `${before}${inner}`;
          yield* tokens(element, indent, inner);
          before = ',';
        }
      before = ',';
    }
  } else {
    yield '{';
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined || typeof member === 'function') continue;
      yield `${before}${inner}${JSON.stringify(name)}:${indent === '' ? '' : ' '}`;
      yield* tokens(member, indent, inner);
      before = ',';
    }
  }
  yield `${before === '' ? '' : line}${Array.isArray(value) ? ']' : '}'}`;
}
