/**
 * What `look` gives, asked for once in a turn of the event loop: of requests that came in together the first looks at the
 * disk for all. Nothing that a client knows of can change in between, for its next request comes in a later turn.
 */
export function onceATurn<T>(look: () => T): () => T {
  let seen: { readonly value: T } | undefined;
  return () => {
    if (!seen) {
      seen = { value: look() };
      setImmediate(() => {
        seen = undefined;
      });
    }
    return seen.value;
  };
}
