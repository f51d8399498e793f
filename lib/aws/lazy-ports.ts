import type { Logs, Secrets, StateChanges, Store } from '../contract/ports/ports.ts';

/** Ports whose clients are loaded by who first asks for something: each is megabytes, and most calls need few of them. */
export function lazyStore(bucket: string, load: () => Promise<Store>): Store {
  const store = once(load);
  return {
    bucket,
    get: async (...args) => (await store()).get(...args),
    put: async (...args) => (await store()).put(...args),
    head: async (...args) => (await store()).head(...args),
    async *list(...args) {
      yield* (await store()).list(...args);
    },
    async *folders(...args) {
      yield* (await store()).folders(...args);
    },
    download: async (...args) => (await store()).download(...args),
    upload: async (...args) => (await store()).upload(...args),
  };
}

export function lazyLogs(load: () => Promise<Logs>): Logs {
  const logs = once(load);
  return {
    read: async (...args) => (await logs()).read(...args),
    tail: async (...args) => (await logs()).tail(...args),
  };
}

export function lazyChanges(load: () => Promise<StateChanges>): StateChanges {
  const changes = once(load);
  return {
    failed: async (...args) => (await changes()).failed(...args),
    succeededLate: async (...args) => (await changes()).succeededLate(...args),
  };
}

export function lazySecrets(load: () => Promise<Secrets>): Secrets {
  const secrets = once(load);
  return {
    get: async (...args) => (await secrets()).get(...args),
    put: async (...args) => (await secrets()).put(...args),
  };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}
