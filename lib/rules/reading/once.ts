/** What a function makes of a thing, made once for each: many rules ask the same of one template. */
export function once<T extends object, Made>(make: (of: T) => Made): (of: T) => Made {
  const made = new WeakMap<T, { readonly value: Made }>();
  return of => {
    const known = made.get(of) ?? { value: make(of) };
    made.set(of, known);
    return known.value;
  };
}
