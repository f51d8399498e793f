import { request as httpRequest } from 'node:http';
import { startServer, type TwinServer } from '../../../lib/twin/http/server.ts';
import type { TwinService } from '../../../lib/twin/http/service.ts';
import { readWhole } from '../../../lib/twin/http/signed-body.ts';
import { chunkedUpload, keyId, presigned, type Sent, type Signed, secret, signed } from './sign-by-hand.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A twin whose services answer what they were sent, made anew for every test of the file, and ways to speak to it. */
export function echoTwin() {
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

  // One object for the whole file, filled anew when a test starts.
  const server = {} as TwinServer;
  beforeEach(async () => {
    echoed.length = 0;
    Object.assign(
      server,
      await startServer({
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
      }),
    );
  });
  afterEach(() => server.close());
  return {
    server,
    /** Bodies that the services got whole. */
    echoed,
    signed: (sent: Sent) => signed(server.port, sent),
    presigned: (expires: number, date: Date) => presigned(server.port, expires, date),
    chunkedUpload: (chunks: string[], trailers: Record<string, string>) =>
      chunkedUpload(server.port, chunks, trailers),
    send: (request: Signed) => send(server.port, request),
    expectContinue: (request: Signed) => expectContinue(server.port, request),
  };
}

function send(port: number, request: Signed): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, path, headers } = request;
    const http = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, response => {
      const pieces: Buffer[] = [];
      response.on('data', piece => pieces.push(piece as Buffer));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces).toString(),
        }),
      );
    });
    http.on('error', reject);
    http.end(request.body);
  });
}

function expectContinue(port: number, request: Signed): Promise<{ continued: boolean; status: number }> {
  return new Promise((resolve, reject) => {
    let continued = false;
    const headers = { ...request.headers, expect: '100-continue', 'content-length': '4' };
    const http = httpRequest(
      {
        host: '127.0.0.1',
        port,
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

/** The error's code, as the services of either protocol say it. */
export function code(answer: Answer): string | undefined {
  return (
    /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1] ?? (answer.headers['x-amzn-errortype'] as string | undefined)
  );
}
