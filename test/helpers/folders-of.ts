/** What a listing by `/` answers of keys that a stand-in has. */
export const foldersOf = (keys: Iterable<string>, prefix: string): readonly string[] =>
  [
    ...new Set(
      Array.from(keys)
        .filter(key => key.startsWith(prefix) && key.includes('/', prefix.length))
        .map(key => key.slice(0, key.indexOf('/', prefix.length) + 1)),
    ),
  ].sort();
