/** Does a work when it is first asked for, and never again; but where it has failed, the next one who asks has it tried anew. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work().catch((error: Error) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
