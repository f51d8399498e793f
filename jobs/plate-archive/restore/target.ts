/** Where restored objects go: a bucket, or a folder of this machine. What is there already is never replaced silently. */
export interface RestoreTarget {
  /** `same`: the very bytes are there already; `other`: something else is. */
  state(
    key: string,
    wanted: { readonly size: number; readonly sha256: string },
  ): Promise<'absent' | 'same' | 'other'>;
  /** Opens a place that nobody sees until `commit`; `abort` leaves nothing. */
  open(key: string, size: number): Promise<Placing>;
  /** An empty object whose key ends in a slash. */
  marker(key: string): Promise<void>;
}

export interface Placing {
  write(bytes: Buffer): Promise<void>;
  /** Puts it in its place; false where something came there meanwhile and stays. */
  commit(): Promise<boolean>;
  abort(): Promise<void>;
}
