/** Runs `work` over all of `list`, at most `limit` at once; answers in the list's order. The first error stops what has not begun. */
export async function eachLimited<T, R>(
  list: readonly T[],
  limit: number,
  work: (one: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(list.length);
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < list.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(list[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, worker));
  return results;
}
