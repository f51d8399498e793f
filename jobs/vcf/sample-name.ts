/** What is wrong with the name of a sample for TileDB-VCF and for a file that is called after it, or undefined. */
export function sampleNameProblem(name: string): string | undefined {
  const quoted = JSON.stringify(name);
  if (name === '') return 'the sample has no name';
  if (/[\u0000-\u001f\u007f]/.test(name)) return `the sample name ${quoted} holds a control character`;
  if (name.includes('/')) return `the sample name ${quoted} holds a /: an export would be a file in a folder`;
  if (name.includes(','))
    return `the sample name ${quoted} holds a comma, which tiledbvcf takes for two names`;
  if (name.includes('..')) return `the sample name ${quoted} holds ..: an export could leave its folder`;
  // Lists of names are trimmed by the tool: it would look for another one.
  if (name.trim() !== name) return `the sample name ${quoted} begins or ends with a blank`;
  if (Buffer.byteLength(name) > 200)
    return `the sample name ${quoted.slice(0, 40)}… is too long for a file name`;
  return undefined;
}

/** The order of the tool, and of every list of ours: by bytes. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
