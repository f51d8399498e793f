import type { ServerResponse } from 'node:http';
import { AwsError, type JsonCall, type SignedRequest, type TwinService } from './service.ts';
import { readWhole } from './signed-body.ts';
import { type XmlFields, type XmlValue, xmlDocument } from './xml.ts';

export type Protocol = 'json' | 'rest-json' | 'query';

const longestBody = 8 * 1024 * 1024;

/** Throws AwsError where who asks may not. */
export type Guard = (call: JsonCall, request: SignedRequest) => void | Promise<void>;

/** Makes a TwinService of one function. Dates in the answer go as epoch seconds (JSON) or ISO (XML). */
export function jsonService(
  name: string,
  protocol: Protocol,
  call: (call: JsonCall) => Promise<unknown>,
  guard?: Guard,
): TwinService {
  return {
    name,
    async handle(request, response) {
      const body = await readWhole(request.body, longestBody);
      const { action, input } = readCall(protocol, request, body.toString('utf8'));
      const asked: JsonCall = { action, input, accessKeyId: request.accessKeyId };
      await guard?.(asked, request);
      const output = await call(asked);
      if (protocol === 'query') writeQuery(action, output, response);
      else writeJson(protocol, output, response);
    },
    fail(error, _http, response) {
      writeError(protocol, error, response);
    },
  };
}

/** An error in the shape of AWS's JSON protocols. */
export function writeJsonError(
  protocol: 'json' | 'rest-json',
  error: AwsError,
  response: ServerResponse,
): void {
  const body = JSON.stringify({ __type: error.code, message: error.message, ...error.details });
  response.writeHead(error.status, {
    'content-type': contentType(protocol),
    'content-length': Buffer.byteLength(body),
    'x-amzn-errortype': error.code,
  });
  response.end(body);
}

function readCall(
  protocol: Protocol,
  request: SignedRequest,
  text: string,
): { action: string; input: Record<string, unknown> } {
  if (protocol === 'query') {
    const input = Object.fromEntries(text === '' ? request.query : new URLSearchParams(text));
    return { action: String(input.Action ?? ''), input };
  }
  const action =
    protocol === 'json'
      ? (request.headers['x-amz-target'] ?? '').split('.').at(-1)
      : decodeURIComponent(request.rawPath.split('/').at(-1) ?? '');
  return { action: action ?? '', input: { ...Object.fromEntries(request.query), ...parseObject(text) } };
}

function parseObject(text: string): Record<string, unknown> {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AwsError('SerializationException', 400, 'The request body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 400, 'The request body is not a JSON object.');
  }
  return value as Record<string, unknown>;
}

function writeJson(protocol: 'json' | 'rest-json', output: unknown, response: ServerResponse): void {
  const body = JSON.stringify(output ?? {}, function (this: Record<string, unknown>, key, value) {
    const raw = this[key];
    return raw instanceof Date ? raw.getTime() / 1000 : (value as unknown);
  });
  response.writeHead(200, {
    'content-type': contentType(protocol),
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function writeQuery(action: string, output: unknown, response: ServerResponse): void {
  const requestId = String(response.getHeader('x-amz-request-id') ?? '');
  const fields = { [`${action}Result`]: members(output ?? {}), ResponseMetadata: { RequestId: requestId } };
  writeXml(200, xmlDocument(`${action}Response`, fields as XmlFields), response);
}

/** Lists are `<member>` elements in the query protocol. */
function members(value: unknown): XmlValue {
  if (Array.isArray(value)) return { member: value.map(members) };
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, members(one)]));
  }
  return value as XmlValue;
}

function writeError(protocol: Protocol, error: AwsError, response: ServerResponse): void {
  if (protocol !== 'query') {
    writeJsonError(protocol, error, response);
    return;
  }
  const requestId = String(response.getHeader('x-amz-request-id') ?? '');
  const fields = {
    Error: {
      Type: error.status < 500 ? 'Sender' : 'Receiver',
      Code: error.code,
      Message: error.message,
      ...error.details,
    },
    RequestId: requestId,
  };
  writeXml(error.status, xmlDocument('ErrorResponse', fields), response);
}

function writeXml(status: number, body: string, response: ServerResponse): void {
  response.writeHead(status, { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function contentType(protocol: 'json' | 'rest-json'): string {
  return protocol === 'json' ? 'application/x-amz-json-1.1' : 'application/json';
}
