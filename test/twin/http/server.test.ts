import { connect } from 'node:net';
import { code, echoTwin } from './echo-twin.ts';
import { keyId } from './sign-by-hand.ts';

const { server, echoed, signed, presigned, chunkedUpload, send, expectContinue } = echoTwin();

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

  it('refuses one that holds later only, and durations that none may have', async () => {
    const later = presigned(60, new Date(Date.now() + 16 * 60_000));
    expect(code(await send({ method: 'GET', path: later, headers: {} }))).toBe('AccessDenied');
    for (const expires of [0, -1, 7 * 24 * 3600 + 1, Number.NaN]) {
      const answer = await send({ method: 'GET', path: presigned(expires, new Date()), headers: {} });
      expect([answer.status, code(answer)]).toEqual([400, 'AuthorizationQueryParametersError']);
    }
  });

  it('refuses one that is used with another method, more of a query, or a header that nobody signed', async () => {
    const path = presigned(60, new Date());
    const wrong = [
      { method: 'PUT', path, headers: {} },
      { method: 'GET', path: `${path}&versionId=null`, headers: {} },
      { method: 'GET', path: path.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'), headers: {} },
    ];
    for (const request of wrong) expect(code(await send(request))).toBe('SignatureDoesNotMatch');
    const headers = { 'x-amz-checksum-mode': 'ENABLED' };
    expect(code(await send({ method: 'GET', path, headers }))).toBe('AccessDenied');
    expect(echoed).toEqual([]);
  });

  it('refuses one whose key was changed', async () => {
    const path = presigned(60, new Date()).replace('/bucket/key', '/bucket/kez');
    expect(code(await send({ method: 'GET', path, headers: {} }))).toBe('SignatureDoesNotMatch');
  });
});

describe('what the twin has not', () => {
  it('forms of a browser are refused in S3’s shape, and told what to do instead', async () => {
    const headers = { host: `127.0.0.1:${server.port}`, 'content-type': 'multipart/form-data; boundary=x' };
    const answer = await send({ method: 'POST', path: '/bucket', headers, body: '--x--' });
    expect([answer.status, code(answer)]).toEqual([501, 'NotImplemented']);
    expect(answer.body).toContain('presigned');
  });

  it('Signature Version 2 is refused, in the header and in the address', async () => {
    const host = `127.0.0.1:${server.port}`;
    const byHeader = { host, authorization: `AWS ${keyId}:c2lnbmF0dXJl` };
    const byAddress = `/bucket/key?AWSAccessKeyId=${keyId}&Signature=c2ln&Expires=1`;
    for (const request of [
      { method: 'GET', path: '/bucket/key', headers: byHeader },
      { method: 'GET', path: byAddress, headers: { host } },
    ]) {
      const answer = await send(request);
      expect([answer.status, code(answer)]).toEqual([400, 'InvalidRequest']);
      expect(answer.body).toContain('AWS4-HMAC-SHA256');
    }
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
    const long = 'hello '.repeat(1400);
    const answer = await send(chunkedUpload([long, 'world'], { 'x-amz-checksum-crc32': 'DUoRhQ==' }));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      body: `${long}world`,
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
    const request = chunkedUpload(['hello '.repeat(1400), 'world'], {});
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

  it('refuses a trailer that was announced and does not come, and one that nobody announced', async () => {
    const upload = (announced: string, trailer: string) => {
      const body = `4\r\ndata\r\n0\r\n${trailer}\r\n`;
      const payloadHash = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
      const headers = { 'x-amz-decoded-content-length': '4', 'x-amz-trailer': announced };
      return send(signed({ method: 'PUT', body, payloadHash, headers }));
    };
    expect((await upload('x-amz-checksum-crc32', 'x-amz-checksum-crc32:rfPwYw==\r\n')).status).toBe(200);
    expect(code(await upload('x-amz-checksum-crc32', ''))).toBe('MalformedTrailerError');
    expect(code(await upload('', 'x-amz-checksum-crc32:rfPwYw==\r\n'))).toBe('MalformedTrailerError');
    expect(code(await upload('x-amz-checksum-crc32', 'x-amz-checksum-sha1:x\r\n'))).toBe(
      'MalformedTrailerError',
    );
    expect(echoed).toEqual(['data']);
  });

  it('refuses a chunk that is longer than it says', async () => {
    const upload = (body: string) => {
      const payloadHash = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
      const headers = { 'x-amz-decoded-content-length': '4' };
      return send(signed({ method: 'PUT', body, payloadHash, headers }));
    };
    expect((await upload('4\r\ndata\r\n0\r\n\r\n')).status).toBe(200);
    expect(code(await upload('4\r\ndatas\r\n0\r\n\r\n'))).toBe('IncompleteBody');
    expect(echoed).toEqual(['data']);
  });

  it('refuses a chunk under 8 KB that is not the last, signed or not', async () => {
    const short = 'x'.repeat(8191);
    const answer = await send(chunkedUpload([`${short}x`, short, 'tail'], {}));
    expect([answer.status, code(answer)]).toEqual([403, 'InvalidChunkSizeError']);
    expect(answer.body).toContain('<Chunk>3</Chunk><BadChunkSize>8191</BadChunkSize>');
    expect((await send(chunkedUpload([`${short}x`, `${short}x`, 'tail'], {}))).status).toBe(200);
    const body = '1\r\na\r\n1\r\nb\r\n0\r\n\r\n';
    const payloadHash = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
    const headers = { 'x-amz-decoded-content-length': '2' };
    expect(code(await send(signed({ method: 'PUT', body, payloadHash, headers })))).toBe(
      'InvalidChunkSizeError',
    );
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
