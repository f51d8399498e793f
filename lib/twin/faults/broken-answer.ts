import type { ServerResponse } from 'node:http';

/** What becomes of an answer's body. `at` is a share of its length, from 0 to below 1. */
export interface Damage {
  readonly fault: 'lost-answer' | 'short-body' | 'wrong-length' | 'stall' | 'bit-flip';
  readonly at: number;
}

type WriteHead = (status: number, ...rest: unknown[]) => ServerResponse;
type Headers = Record<string, string | number>;

/**
 * Makes a response break as a network, a proxy or a disk would break it. The service that writes it notices nothing. Only
 * answers of 2xx with a Content-Length are damaged; what has no body is left whole, but for a lost answer.
 */
export function breakAnswer(response: ServerResponse, { fault, at }: Damage): void {
  const writeHead = response.writeHead.bind(response) as unknown as WriteHead;
  const write = response.write.bind(response);
  const end = response.end.bind(response);
  let mark = -1;
  let sent = 0;
  let broken = false;

  response.writeHead = ((status: number, ...rest: unknown[]) => {
    const headers = rest.at(-1) as Headers | undefined;
    const length = Number(headers?.['content-length'] ?? 0);
    if (fault === 'lost-answer') mark = 0;
    else if (status < 300 && length > 0) mark = Math.floor(at * length);
    const given = fault === 'wrong-length' && mark >= 0 ? [{ ...headers, 'content-length': mark }] : rest;
    return writeHead(status, ...given);
  }) as typeof response.writeHead;

  /** Sends what is still to be sent of a piece; true when the rest of the body is to be kept back. */
  const pass = (piece: Buffer): boolean => {
    const before = sent;
    sent += piece.length;
    if (mark < 0 || sent <= mark) {
      write(piece);
      return false;
    }
    if (fault === 'bit-flip') {
      const copy = Buffer.from(piece);
      if (mark >= before) copy[mark - before]! ^= 1 << Math.floor(at * 8);
      write(copy);
      return false;
    }
    if (mark > before) write(piece.subarray(0, mark - before));
    return true;
  };
  const stop = (): void => {
    broken = true;
    if (fault === 'lost-answer') response.socket?.resetAndDestroy();
    else if (fault === 'short-body') {
      // What was written goes out first; then the connection is closed as if all were said.
      response.socket?.end();
    } else if (fault === 'wrong-length') end();
  };
  response.write = ((chunk: Buffer | string) => {
    if (broken) return false;
    if (pass(Buffer.from(chunk))) stop();
    // Nobody drains a broken answer: its writer waits until the client has gone.
    return !broken;
  }) as typeof response.write;
  response.end = ((chunk?: unknown) => {
    if (broken) return response;
    if (
      fault === 'lost-answer' ||
      (typeof chunk !== 'function' && chunk !== undefined && pass(Buffer.from(chunk as string)))
    ) {
      stop();
      return response;
    }
    return end();
  }) as typeof response.end;
}
