/** About how long a piece is. */
const pieceLength = 64 * 1024;

/** What JSON.stringify makes of plain data, piece by piece: all of it may be longer than a string can be. */
export function* jsonPieces(value: unknown): Generator<string> {
  let piece = '';
  for (const token of tokens(value)) {
    piece += token;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function* tokens(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) {
    yield JSON.stringify(value) ?? 'null';
    return;
  }
  let before = '';
  if (Array.isArray(value)) {
    yield '[';
    for (const element of value as readonly unknown[]) {
      yield before;
      yield* tokens(element);
      before = ',';
    }
    yield ']';
    return;
  }
  yield '{';
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || typeof member === 'function') continue;
    yield `${before}${JSON.stringify(name)}:`;
    yield* tokens(member);
    before = ',';
  }
  yield '}';
}
