const units = ['kB', 'MB', 'GB', 'TB'];

/** `12.3 MB`: powers of 1,000. */
export function bytesText(bytes: number): string {
  let value = bytes / 1000;
  let unit = 0;
  for (; value >= 999.95 && unit < units.length - 1; unit++) value /= 1000;
  return `${value.toFixed(1)} ${units[unit]}`;
}
