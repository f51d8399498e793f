import { items, most } from './facts.js';

// Where each item stands: wells on their plate, days on their calendar, anything else in rows.
export const layout = layoutOf(items.names);

function layoutOf(names) {
  const wells = names.map(name => /^([A-P])0?(\d{1,2})$/.exec(name) ?? /^r(\d\d)c(\d\d)$/.exec(name));
  if (names.length > 1 && wells.every(Boolean)) {
    const at = wells.map(([, row, column]) => ({
      x: Number(column),
      y: /\d/.test(row) ? Number(row) : row.charCodeAt(0) - 64,
    }));
    return {
      kind: 'plate',
      at,
      rows: most(at.map(each => each.y)),
      columns: most(at.map(each => each.x)),
    };
  }
  const days = names.map(name => /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(name));
  if (names.length > 1 && days.every(Boolean)) {
    const isMonths = days.every(([, , , day]) => day === undefined);
    const first = days.reduce(
      (least, [, year, month]) =>
        Math.min(least, Number(year) * (isMonths ? 1 : 12) + (isMonths ? 0 : Number(month) - 1)),
      Number.POSITIVE_INFINITY,
    );
    const at = days.map(([, year, month, day]) =>
      isMonths
        ? { x: Number(month), y: Number(year) - first + 1 }
        : { x: Number(day ?? 1), y: Number(year) * 12 + Number(month) - first },
    );
    const label = isMonths
      ? y => String(first + y - 1)
      : y => `${Math.floor((first + y - 1) / 12)}-${String(((first + y - 1) % 12) + 1).padStart(2, '0')}`;
    return {
      kind: 'calendar',
      at,
      rows: most(at.map(each => each.y)),
      columns: isMonths ? 12 : 31,
      label,
    };
  }
  const columns = Math.max(10, Math.ceil(Math.sqrt(names.length * 3)));
  return {
    kind: 'grid',
    at: names.map((_, index) => ({ x: (index % columns) + 1, y: Math.floor(index / columns) + 1 })),
    rows: Math.ceil(names.length / columns),
    columns,
  };
}
