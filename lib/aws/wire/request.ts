import type { Readable } from 'node:stream';

/** One request, signed anew for each try. The body is a buffer, or a function that opens a stream. */
export interface WireRequest {
  /** `https://host`, with a port where it has one. */
  readonly origin: string;
  /** Path and query as they are sent: no URL class may touch them, it would resolve the dots of a key. */
  readonly target: string;
  readonly method: string;
  headers(): Promise<Record<string, string>>;
  readonly body?: Buffer | (() => Readable);
  readonly contentLength?: number;
}

/** One with its body in memory, or without one. */
export interface WholeRequest extends WireRequest {
  readonly body?: Buffer;
}
