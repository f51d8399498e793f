import { FileError } from '../files/file-error.ts';

/** Lines of JSON, one a request and one an answer, on stdin and stdout or a socket. docs/pypeliner.md describes them. */
export const protocolVersion = 1;

/** Longer lines are refused: payloads go by files. */
export const longestLine = 1024 * 1024;

export interface QueueRequest {
  /** The caller's; the answer carries it. */
  readonly id: number | string;
  readonly op: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export type QueueAnswer =
  | { readonly id: QueueRequest['id'] | null; readonly ok: object }
  | {
      readonly id: QueueRequest['id'] | null;
      readonly error: { readonly code: string; readonly message: string; readonly fix?: string };
    };

export type QueueOperation = (values: QueueRequest['values']) => Promise<object>;

/** A request that this side does not take. `code`: bad-request, bad-protocol, denied, not-found, unavailable, internal. */
export class RequestError extends Error {
  readonly code: string;
  readonly fix?: string;

  constructor(code: string, message: string, fix?: string) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    if (fix !== undefined) this.fix = fix;
  }
}

/** Throws RequestError for what is no request. */
export function parseRequest(line: string): QueueRequest {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RequestError('bad-request', `no line of JSON: ${line.slice(0, 80)}`);
  }
  const { id, op, ...values } = (value ?? {}) as Record<string, unknown>;
  if ((typeof id !== 'number' && typeof id !== 'string') || typeof op !== 'string')
    throw new RequestError('bad-request', 'a request has an id and an op');
  return { id, op, values };
}

/** The answer to a line; never throws. */
export async function answerLine(
  line: string,
  operations: Readonly<Record<string, QueueOperation>>,
): Promise<QueueAnswer> {
  let id: QueueRequest['id'] | null = null;
  try {
    const request = parseRequest(line);
    id = request.id;
    const run = Object.hasOwn(operations, request.op) ? operations[request.op] : undefined;
    if (!run) throw new RequestError('bad-request', `there is no operation ${JSON.stringify(request.op)}`);
    return { id, ok: await run(request.values) };
  } catch (error) {
    return { id, error: errorOf(error) };
  }
}

function errorOf(error: unknown): { code: string; message: string; fix?: string } {
  const { message } = error as Error;
  if (error instanceof RequestError)
    return { code: error.code, message, ...(error.fix ? { fix: error.fix } : {}) };
  if (error instanceof FileError) return { code: error.code, message };
  return { code: 'internal', message: (error as Error)?.stack ?? String(error) };
}

/** A text of a request, by its name. */
export function textOf(values: QueueRequest['values'], name: string): string {
  const value = values[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new RequestError('bad-request', `${name} has to be a text, and is ${JSON.stringify(value)}`);
}

/** A whole number of at least `least`; undefined where it is left out. */
export function countOf(values: QueueRequest['values'], name: string, least = 0): number | undefined {
  const value = values[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw new RequestError(
    'bad-request',
    `${name} has to be a whole number of at least ${least}, and is ${JSON.stringify(value)}`,
  );
}
