import type { Fetch } from '../local-files.ts';
import type { Touches } from '../settle.ts';
import type { StoreSizes, Tool } from '../tool.ts';

export interface StoreWorld {
  readonly tool: Tool;
  readonly fetch: Fetch;
  readonly touches: Touches;
  readonly sizes: StoreSizes;
  /** A folder of this attempt's own. */
  readonly folder: string;
  readonly signal: AbortSignal;
  log(line: string): void;
}
