interface Abortable {
  abort(signal: AbortSignal): void;
}

/** Connections that read for a signal: one listener for all of their requests, where one for each costs as much as a signature. */
const watched = new WeakMap<AbortSignal, Set<Abortable>>();

export function watch(signal: AbortSignal, connection: Abortable): void {
  const known = watched.get(signal);
  if (known) {
    known.add(connection);
    return;
  }
  const connections = new Set([connection]);
  watched.set(signal, connections);
  const abortAll = (): void => {
    for (const each of connections) each.abort(signal);
  };
  signal.addEventListener('abort', abortAll, { once: true });
}

export function unwatch(signal: AbortSignal, connection: Abortable): void {
  watched.get(signal)?.delete(connection);
}
