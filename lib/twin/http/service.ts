import type { IncomingMessage, ServerResponse } from 'node:http';

/** In place of the id of a key: whoever reads without any. */
export const anonymous = '';

/** A request whose signature has been verified; or one to read that has none, and is anybody's. */
export interface SignedRequest {
  readonly http: IncomingMessage;
  readonly method: string;
  /** The path as it was sent, still percent-encoded, without the query. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly accessKeyId: string;
  readonly region: string;
  /** The body with aws-chunked framing taken off and every signature, length and checksum in it verified while it streams. */
  readonly body: AsyncIterable<Buffer>;
  /** Hex, where the head promised it: whoever has read the body to its end knows that it is so. */
  readonly payloadSha256?: string;
  /** Trailing headers; filled in once the body has been read. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** One AWS service on the twin's port, chosen by the service name in the request's credential scope (s3, batch, logs…). */
export interface TwinService {
  readonly name: string;
  /** It decides about requests to read that have no signature, too; without it they are refused. */
  readonly takesAnyone?: true;
  handle(request: SignedRequest, response: ServerResponse): Promise<void>;
  /** Answers a request that failed, before or in `handle`, in the service's own error shape. Nothing has been sent yet. */
  fail?(error: AwsError, http: IncomingMessage, response: ServerResponse): void;
  close?(): Promise<void>;
}

/** What a service that reads a whole JSON or form body sees; `http/json-service.ts` adapts it to a TwinService. */
export interface JsonCall {
  /** `SubmitJob`, `GetSecretValue`…: from the X-Amz-Target header, the REST path (`/v1/submitjob`) or the query's Action. */
  readonly action: string;
  readonly input: Record<string, unknown>;
  readonly accessKeyId: string;
}

/** An error in AWS's words, answered with the service's own error shape. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, string>;
  constructor(code: string, status: number, message: string, details: Record<string, string> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.details = details;
  }
}
