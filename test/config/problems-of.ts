import { workloads } from '../../jobs/index.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';

/** What a person is told of a configuration; nothing where it is good. */
export function problemsOf(input: object): string {
  try {
    resolveConfig(input, workloads);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
