/** A well by its row and column, from 0. */
export interface Well {
  readonly row: number;
  readonly column: number;
}

/** `present`: all of its objects are where they were; `part`: some; `restored`: given back; `missing`: none, the archive has them. */
export type WellState = 'present' | 'part' | 'missing' | 'restored' | 'none';

export interface PlateMap {
  readonly rows: number;
  readonly columns: number;
  /** By row, then column; `none` where the plate has no objects of the well. */
  readonly wells: readonly (readonly WellState[])[];
  /** Objects that are of no well. */
  readonly others: number;
  /** Objects, of wells or not, that are not at their place. */
  readonly missing: number;
}

/** Formats of plates: 6 to 1,536 wells. */
const formats: readonly (readonly [number, number])[] = [
  [2, 3],
  [4, 6],
  [6, 8],
  [8, 12],
  [16, 24],
  [32, 48],
];

/**
 * The well of a file by its name, as instruments write it: Harmony's and Phenix's `r01c02f03…`, `_B02_` and `-B02-` of
 * ImageXpress and others, `Well B02`, a folder `B02`. Undefined where none is seen.
 */
export function wellOf(key: string): Well | undefined {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const harmony = /^r(\d{2})c(\d{2})f/i.exec(name);
  if (harmony) return { row: Number(harmony[1]) - 1, column: Number(harmony[2]) - 1 };
  const named =
    /(?:^|[_\-.\s])([A-P]|A[A-F])(\d{2})(?=[_\-.\s]|f\d|s\d|$)/.exec(name) ??
    /\bwell[_\-\s]?([A-P]|A[A-F])(\d{1,2})\b/i.exec(name) ??
    /(?:^|\/)(?:[^/]*[-_])?([A-P]|A[A-F])(\d{2})\/[^/]*$/.exec(key);
  if (!named) return undefined;
  const letters = named[1]!.toUpperCase();
  const row = letters.length === 2 ? 26 + letters.charCodeAt(1) - 65 : letters.charCodeAt(0) - 65;
  const column = Number(named[2]) - 1;
  return column >= 0 && column < 48 ? { row, column } : undefined;
}

/** How a plate looks: `present` says of each key whether it is at its place, `restored` whether it was given back. */
export function plateMap(
  keys: Iterable<string>,
  present: (key: string) => boolean,
  restored: (key: string) => boolean = () => false,
): PlateMap {
  const counts = new Map<string, { well: Well; all: number; there: number; back: number }>();
  let others = 0;
  let missing = 0;
  for (const key of keys) {
    const isThere = present(key);
    if (!isThere) missing++;
    const well = wellOf(key);
    if (!well) {
      others++;
      continue;
    }
    const id = `${well.row}/${well.column}`;
    const count = counts.get(id) ?? { well, all: 0, there: 0, back: 0 };
    counts.set(id, count);
    count.all++;
    if (isThere) count.there++;
    if (restored(key)) count.back++;
  }
  const [rows, columns] = formatOf([...counts.values()].map(({ well }) => well));
  const wells: WellState[][] = Array.from({ length: rows }, () => Array<WellState>(columns).fill('none'));
  for (const { well, all, there, back } of counts.values())
    wells[well.row]![well.column] = stateOf(all, there, back);
  return { rows, columns, wells, others, missing };
}

function stateOf(all: number, there: number, back: number): WellState {
  if (there === all) return back > 0 ? 'restored' : 'present';
  return there === 0 ? 'missing' : 'part';
}

function formatOf(wells: readonly Well[]): readonly [number, number] {
  const rows = Math.max(0, ...wells.map(({ row }) => row + 1));
  const columns = Math.max(0, ...wells.map(({ column }) => column + 1));
  if (rows === 0) return [0, 0];
  return formats.find(([r, c]) => rows <= r && columns <= c) ?? [rows, columns];
}

export const rowName = (row: number): string =>
  row < 26 ? String.fromCharCode(65 + row) : `A${String.fromCharCode(65 + row - 26)}`;

const signs: Readonly<Record<WellState, string>> = {
  present: '●',
  part: '◐',
  missing: '○',
  restored: '◆',
  none: '·',
};
const colours: Readonly<Record<WellState, string>> = {
  present: '32',
  part: '33',
  missing: '90',
  restored: '36',
  none: '90',
};

/** The plate as lines of a terminal: a sign a well, which colour only repeats. */
export function mapText(map: PlateMap, { colour }: { readonly colour: boolean }): string {
  if (map.rows === 0) return '';
  const paint = (state: WellState): string =>
    colour ? `\x1b[${colours[state]}m${signs[state]}\x1b[0m` : signs[state];
  const wide = map.columns > 24 ? '' : ' ';
  const head = Array.from({ length: map.columns }, (_, i) => String((i + 1) % 10)).join(wide);
  const lines = map.wells.map((wells, row) => `${rowName(row).padStart(2)} ${wells.map(paint).join(wide)}`);
  const legend = (['present', 'part', 'missing', 'restored'] as const)
    .map(state => `${paint(state)} ${state}`)
    .join('  ');
  return `   ${head}\n${lines.join('\n')}\n   ${legend}${map.others > 0 ? `  ${map.others} ${map.others === 1 ? 'object' : 'objects'} of no well` : ''}\n`;
}
