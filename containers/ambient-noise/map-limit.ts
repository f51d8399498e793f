/** Like map over promises, at most `limit` at a time; the results in the order of the values. Stops at the first error. */
export async function mapLimit<In, Out>(
  values: readonly In[],
  limit: number,
  work: (value: In, at: number) => Promise<Out>,
): Promise<readonly Out[]> {
  const results: Out[] = new Array(values.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < values.length) {
      const at = next++;
      results[at] = await work(values[at]!, at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, values.length) }, worker)).catch(error => {
    next = values.length;
    throw error;
  });
  return results;
}
