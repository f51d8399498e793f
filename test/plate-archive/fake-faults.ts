import type { DeleteOutcome } from '../../lib/contract/ports/object-store.ts';

export type Operation =
  | 'get'
  | 'put'
  | 'head'
  | 'list'
  | 'look'
  | 'read'
  | 'begin'
  | 'part'
  | 'complete'
  | 'abort'
  | 'delete'
  | 'versions'
  | 'tag'
  | 'tags'
  | 'restore'
  | 'copy';

/** Called before every request, and for some after it too (`answer of …`); may throw: a crash, or a refusal. */
export interface Faults {
  before?(operation: Operation, bucket: string, key: string): void | Promise<void>;
  /** After a change was made: its answer may be lost. */
  after?(operation: Operation, bucket: string, key: string): void | Promise<void>;
  /** Bytes on their way out of S3; may change `body` in place. */
  onRead?(bucket: string, key: string, body: Buffer): void;
  /** May change or drop outcomes of DeleteObjects. */
  onDelete?(outcomes: DeleteOutcome[], perform: (key: string) => void): DeleteOutcome[];
}

export class Refused extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, status: number) {
    super(code);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

/** A request that was never answered, for the process is gone. */
export class Killed extends Error {}
