import type { Readable } from 'node:stream';
import type { Bytes } from '../../../contract/list/bytes.ts';
import type { Outgoing } from './connection.ts';

/** One request, signed anew for each try. The body is a buffer, bytes that are not all in memory, or a function that opens a stream. */
export interface WireRequest {
  /** `https://host`, with a port where it has one. */
  readonly origin: string;
  /** Path and query as they are sent: no URL class may touch them, it would resolve the dots of a key. */
  readonly target: string;
  readonly method: string;
  headers(): Promise<Record<string, string>>;
  readonly body?: Buffer | Bytes | (() => Readable);
  readonly contentLength?: number;
}

const notInValue = /[^\t\x20-\x7e\x80-\xff]/;
const notInTarget = /[^\x21-\x7e]/;

/** A request as it goes over the wire. Throws where something of it would end a line, or is no character of HTTP's. */
export function outgoing(
  { origin, target, method, body, contentLength }: WireRequest,
  headers: Readonly<Record<string, string>>,
): Outgoing {
  if (notInTarget.test(target)) throw new Error(`${JSON.stringify(target)} is no path of HTTP's`);
  const length = typeof body === 'object' ? body.length : contentLength;
  if (body !== undefined && length === undefined)
    throw new Error(`${method} ${target}: its body has no length`);
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (const name in headers) {
    const value = headers[name]!;
    if (notInValue.test(value)) throw new Error(`${JSON.stringify(value)} is no value of the header ${name}`);
    text += `${name}: ${value}\r\n`;
  }
  if (headers.host === undefined) text += `host: ${new URL(origin).host}\r\n`;
  if (length !== undefined) text += `content-length: ${length}\r\n`;
  else if (method === 'PUT' || method === 'POST') text += 'content-length: 0\r\n';
  return { text: `${text}\r\n`, body, length };
}
