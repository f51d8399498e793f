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
  await Promise.all(workers(inputs, limit, work));
}

/** The same, and what is under way at the first error has come to its end when that is thrown: for works on a file that is closed then. */
export async function eachToItsEnd<A>(
  inputs: Iterable<A>,
  limit: number,
  work: (input: A) => Promise<void>,
): Promise<void> {
  const begun = workers(inputs, limit, work);
  await Promise.all(begun).finally(() => Promise.allSettled(begun));
}

function workers<A>(
  inputs: Iterable<A>,
  limit: number,
  work: (input: A) => Promise<void>,
): readonly Promise<void>[] {
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
  return Array.from({ length: limit }, worker);
}
