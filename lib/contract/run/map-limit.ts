/** `work` over `inputs`, at most `limit` at once; answers in the inputs' order. The first error ends it: nothing new begins. */
export async function mapLimit<A, B>(
  inputs: readonly A[],
  limit: number,
  work: (input: A) => Promise<B>,
): Promise<B[]> {
  const results = new Array<B>(inputs.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < inputs.length) {
      const index = next++;
      results[index] = await work(inputs[index]!);
    }
  };
  const workers = Array.from({ length: Math.min(limit, inputs.length) }, worker);
  await Promise.all(workers).finally(() => {
    next = inputs.length;
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
    for (let next = left.next(); !next.done && !isOver; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: limit }, worker)).finally(() => {
    isOver = true;
  });
}
