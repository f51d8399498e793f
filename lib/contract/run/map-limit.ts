/** `work` over `inputs`, at most `limit` at once; answers in the inputs' order. The first error ends it: nothing new begins. */
export async function mapLimit<A, B>(
  inputs: readonly A[],
  limit: number,
  work: (input: A, index: number) => Promise<B>,
): Promise<B[]> {
  const results = new Array<B>(inputs.length);
  await eachLimit(inputs.keys(), Math.min(limit, inputs.length), async index => {
    results[index] = await work(inputs[index]!, index);
  });
  return results;
}

/** The same of inputs that come one by one, each taken when there is room for it; for what they do, not for answers. */
export async function eachLimit<A>(
  inputs: Iterable<A>,
  limit: number,
  work: (input: A) => Promise<void>,
): Promise<void> {
  const left = inputs[Symbol.iterator]();
  let isOver = false;
  const worker = async (): Promise<void> => {
    try {
      for (let next = left.next(); !next.done; next = left.next()) {
        await work(next.value);
        if (isOver) return;
      }
    } catch (error) {
      isOver = true;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
