import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { encodeStrict, hmac, sha256Hex, signingKey } from '../../../lib/twin/http/canonical.ts';
import { startServer, type TwinServer } from '../../../lib/twin/http/server.ts';
import type { TwinService } from '../../../lib/twin/http/service.ts';
import { readWhole } from '../../../lib/twin/http/signed-body.ts';

const keyId = 'AKIDTEST';
const secret = 'test-secret';
const emptyHash = sha256Hex('');

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly payloadHash?: string;
  readonly service?: string;
  readonly date?: Date;
  readonly keyId?: string;
  readonly secret?: string;
}

const echoed: string[] = [];
const echo: TwinService = {
  name: 's3',
  async handle(request, response) {
    const body = await readWhole(request.body, 1 << 20);
    echoed.push(body.toString());
    response.end(
      JSON.stringify({ path: request.rawPath, body: body.toString(), trailers: request.trailers }),
    );
  },
};

let server: TwinServer;

beforeEach(async () => {
  echoed.length = 0;
  server = await startServer({
    services: [echo, { ...echo, name: 'batch' }],
    credentials: {
      find: id =>
        id === keyId
          ? { secretAccessKey: secret }
          : id === 'AKIDSESSION'
            ? { secretAccessKey: secret, sessionToken: 'the-token' }
            : undefined,
    },
    extra: async (request, response) => {
      if (request.url !== '/_lab/hello') return false;
      response.end('hello');
      return true;
    },
  });
});

afterEach(() => server.close());

describe('who may speak', () => {
  it('answers a request signed with a known key', async () => {
    const answer = await send(signed({ path: '/bucket/a b+c/é', body: 'text', method: 'PUT' }));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).body).toBe('text');
  });

  it('refuses a wrong secret with SignatureDoesNotMatch', async () => {
    const answer = await send(signed({ secret: 'another' }));
    expect([answer.status, code(answer)]).toEqual([403, 'SignatureDoesNotMatch']);
  });

  it('refuses an unknown key with InvalidAccessKeyId', async () => {
    const answer = await send(signed({ keyId: 'AKIDNOBODY' }));
    expect([answer.status, code(answer)]).toEqual([403, 'InvalidAccessKeyId']);
  });

  it('refuses a clock that is 16 minutes off, and takes one that is 14 minutes off', async () => {
    const late = await send(signed({ date: new Date(Date.now() - 16 * 60_000) }));
    expect([late.status, code(late)]).toEqual([403, 'RequestTimeTooSkewed']);
    const near = await send(signed({ date: new Date(Date.now() + 14 * 60_000) }));
    expect(near.status).toBe(200);
  });

  it('refuses an x-amz header that was added after signing', async () => {
    const request = signed({});
    const answer = await send({ ...request, headers: { ...request.headers, 'x-amz-copy-source': '/b/k' } });
    expect([answer.status, code(answer)]).toEqual([403, 'AccessDenied']);
  });

  it('refuses a query changed after signing', async () => {
    const request = signed({ query: { 'list-type': '2', prefix: 'a' } });
    const answer = await send({ ...request, path: request.path.replace('prefix=a', 'prefix=b') });
    expect(code(answer)).toBe('SignatureDoesNotMatch');
  });

  it('wants the session token where the key has one', async () => {
    const without = await send(signed({ keyId: 'AKIDSESSION' }));
    expect(code(without)).toBe('InvalidToken');
    const headers = { 'x-amz-security-token': 'the-token' };
    expect((await send(signed({ keyId: 'AKIDSESSION', headers }))).status).toBe(200);
  });

  it('refuses requests without a signature, but lets /_lab/ through to its own door', async () => {
    const bare = await send({ method: 'GET', path: '/bucket', headers: {} });
    expect([bare.status, code(bare)]).toEqual([403, 'AccessDenied']);
    expect((await send({ method: 'GET', path: '/_lab/hello', headers: {} })).body).toBe('hello');
    expect((await send({ method: 'GET', path: '/_lab/other', headers: {} })).status).toBe(404);
  });

  it('says that it is up without a signature', async () => {
    expect((await send({ method: 'GET', path: '/_lab/health', headers: {} })).status).toBe(200);
  });

  it('refuses another Host, so that no web page reaches it by a name of its own', async () => {
    const answer = await send({ method: 'GET', path: '/_lab/hello', headers: { host: 'evil.example' } });
    expect(answer.status).toBe(403);
  });
});

describe('presigned addresses', () => {
  it('answers one that holds', async () => {
    const answer = await send({ method: 'GET', path: presigned(60, new Date()), headers: {} });
    expect(answer.status).toBe(200);
  });

  it('refuses one that has expired', async () => {
    const answer = await send({
      method: 'GET',
      path: presigned(60, new Date(Date.now() - 61_000)),
      headers: {},
    });
    expect([answer.status, code(answer)]).toEqual([403, 'AccessDenied']);
  });

  it('refuses one whose key was changed', async () => {
    const path = presigned(60, new Date()).replace('/bucket/key', '/bucket/kez');
    expect(code(await send({ method: 'GET', path, headers: {} }))).toBe('SignatureDoesNotMatch');
  });
});

describe('bodies', () => {
  it('refuses a body that is not the one whose hash was signed', async () => {
    const answer = await send({ ...signed({ method: 'PUT', body: 'one' }), body: 'two' });
    expect([answer.status, code(answer)]).toEqual([400, 'XAmzContentSHA256Mismatch']);
    expect(echoed).toEqual([]);
  });

  it('covers the body of a service that sends no hash', async () => {
    const request = signed({ method: 'POST', service: 'batch', body: '{"a":1}', path: '/v1/x' });
    expect((await send(request)).status).toBe(200);
    expect((await send({ ...request, body: '{"a":2}' })).status).toBe(403);
  });

  it('decodes signed chunks with a signed trailer', async () => {
    const answer = await send(chunkedUpload(['hello ', 'world'], { 'x-amz-checksum-crc32': 'DUoRhQ==' }));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      body: 'hello world',
      trailers: { 'x-amz-checksum-crc32': 'DUoRhQ==' },
    });
  });

  it('decodes a signed trailer that ends with a line of its own, as the S3 guide writes it', async () => {
    const request = chunkedUpload(['data'], { 'x-amz-checksum-crc32': 'rfPwYw==' });
    const body = request.body.replace('rfPwYw==\r\n', 'rfPwYw==\n\r\n');
    const answer = await send({ ...request, body });
    expect([answer.status, JSON.parse(answer.body).body]).toEqual([200, 'data']);
    const wrong = body.replace('rfPwYw==', 'rfPwYx==');
    expect(code(await send({ ...request, body: wrong }))).toBe('SignatureDoesNotMatch');
  });

  it('refuses a chunk changed after signing', async () => {
    const request = chunkedUpload(['hello ', 'world'], {});
    const body = request.body?.toString().replace('world', 'worle') ?? '';
    expect(code(await send({ ...request, body }))).toBe('SignatureDoesNotMatch');
    expect(echoed).toEqual([]);
  });

  it('refuses a trailer changed after signing', async () => {
    const request = chunkedUpload(['data'], { 'x-amz-checksum-crc32': 'AAAAAA==' });
    const body = request.body?.toString().replace('AAAAAA==', 'AAAAAB==') ?? '';
    expect(code(await send({ ...request, body }))).toBe('SignatureDoesNotMatch');
  });

  it('decodes unsigned chunks with a trailer, and refuses a wrong decoded length', async () => {
    const body = 'b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n';
    const request = (length: number) =>
      send(
        signed({
          method: 'PUT',
          body,
          payloadHash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          headers: {
            'x-amz-decoded-content-length': String(length),
            'x-amz-trailer': 'x-amz-checksum-crc32',
          },
        }),
      );
    expect(JSON.parse((await request(11)).body).body).toBe('hello world');
    expect(code(await request(12))).toBe('IncompleteBody');
    expect(code(await request(10))).toBe('IncompleteBody');
  });

  it('gives the service no end of a body whose connection broke', async () => {
    const request = signed({ method: 'PUT', body: 'x'.repeat(1000) });
    const socket = connect(server.port, '127.0.0.1');
    const lines = Object.entries({ ...request.headers, 'content-length': '1000' }).map(
      ([k, v]) => `${k}: ${v}`,
    );
    socket.on('error', () => {});
    socket.write(`PUT ${request.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\nxxxx`);
    await new Promise(resolve => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(echoed).toEqual([]);
  });

  it('says 100 Continue only to a request it would take', async () => {
    const good = await expectContinue(signed({ method: 'PUT', body: 'text' }));
    expect(good.continued).toBe(true);
    const bad = await expectContinue(signed({ method: 'PUT', body: 'text', secret: 'no' }));
    expect([bad.continued, bad.status]).toEqual([false, 403]);
  });
});

function signed(sent: Sent): {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
} {
  const method = sent.method ?? 'GET';
  const service = sent.service ?? 's3';
  const amzDate = amz(sent.date ?? new Date());
  const scope = `${amzDate.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const path = encodeStrict(sent.path ?? '/bucket/key', true);
  const hash = sent.payloadHash ?? sha256Hex(sent.body ?? '');
  const headers: Record<string, string> = {
    host: `127.0.0.1:${server.port}`,
    'x-amz-date': amzDate,
    ...(service === 's3' ? { 'x-amz-content-sha256': hash } : {}),
    ...sent.headers,
  };
  const names = Object.keys(headers).sort();
  const query = Object.entries(sent.query ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encodeStrict(name)}=${encodeStrict(value)}`)
    .join('&');
  const canonical = [
    method,
    service === 's3' ? path : encodeStrict(path, true),
    query,
    ...names.map(name => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    hash,
  ].join('\n');
  const key = signingKey(sent.secret ?? secret, amzDate.slice(0, 8), 'us-east-1', service);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${sha256Hex(canonical)}`).toString(
    'hex',
  );
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${sent.keyId ?? keyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return {
    method,
    path: query ? `${path}?${query}` : path,
    headers,
    ...(sent.body === undefined ? {} : { body: sent.body }),
  };
}

function presigned(expires: number, date: Date): string {
  const amzDate = amz(date);
  const scope = `${amzDate.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeStrict(`${keyId}/${scope}`)}`,
    `X-Amz-Date=${amzDate}`,
    `X-Amz-Expires=${expires}`,
    'X-Amz-SignedHeaders=host',
  ].join('&');
  const canonical = `GET\n/bucket/key\n${query}\nhost:127.0.0.1:${server.port}\n\nhost\nUNSIGNED-PAYLOAD`;
  const key = signingKey(secret, amzDate.slice(0, 8), 'us-east-1', 's3');
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n${sha256Hex(canonical)}`).toString(
    'hex',
  );
  return `/bucket/key?${query}&X-Amz-Signature=${signature}`;
}

function chunkedUpload(chunks: string[], trailers: Record<string, string>) {
  const names = Object.keys(trailers);
  const request = signed({
    method: 'PUT',
    payloadHash: `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${names.length > 0 ? '-TRAILER' : ''}`,
    headers: {
      'x-amz-decoded-content-length': String(chunks.join('').length),
      ...(names.length > 0 ? { 'x-amz-trailer': names.join(',') } : {}),
    },
  });
  const amzDate = request.headers['x-amz-date'] ?? '';
  const scope = `${amzDate.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const key = signingKey(secret, amzDate.slice(0, 8), 'us-east-1', 's3');
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('hex');
  let previous = /Signature=([0-9a-f]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  let body = '';
  for (const chunk of [...chunks, '']) {
    const hash = createHash('sha256').update(chunk).digest('hex');
    previous = sign(`AWS4-HMAC-SHA256-PAYLOAD\n${amzDate}\n${scope}\n${previous}\n${emptyHash}\n${hash}`);
    body += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}${chunk ? '\r\n' : ''}`;
  }
  const text = names.map(name => `${name}:${trailers[name]}\n`).join('');
  if (names.length > 0) {
    previous = sign(`AWS4-HMAC-SHA256-TRAILER\n${amzDate}\n${scope}\n${previous}\n${sha256Hex(text)}`);
    body += `${text.replaceAll('\n', '\r\n')}x-amz-trailer-signature:${previous}\r\n`;
  }
  return { ...request, body: `${body}\r\n` };
}

function send(request: {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, path, headers } = request;
    const http = httpRequest(
      { host: '127.0.0.1', port: server.port, method, path, headers, agent: false },
      response => {
        const pieces: Buffer[] = [];
        response.on('data', piece => pieces.push(piece as Buffer));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(pieces).toString(),
          }),
        );
      },
    );
    http.on('error', reject);
    http.end(request.body);
  });
}

function expectContinue(request: ReturnType<typeof signed>): Promise<{ continued: boolean; status: number }> {
  return new Promise((resolve, reject) => {
    let continued = false;
    const headers = { ...request.headers, expect: '100-continue', 'content-length': '4' };
    const http = httpRequest(
      {
        host: '127.0.0.1',
        port: server.port,
        method: request.method,
        path: request.path,
        headers,
        agent: false,
      },
      response => {
        response.resume();
        response.on('end', () => resolve({ continued, status: response.statusCode ?? 0 }));
        if (!continued) http.destroy();
        if (!continued) resolve({ continued, status: response.statusCode ?? 0 });
      },
    );
    http.on('continue', () => {
      continued = true;
      http.end(request.body);
    });
    http.on('error', error => (continued ? reject(error) : undefined));
    http.flushHeaders();
  });
}

function code(answer: Answer): string | undefined {
  return (
    /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1] ?? (answer.headers['x-amzn-errortype'] as string | undefined)
  );
}

function amz(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}
