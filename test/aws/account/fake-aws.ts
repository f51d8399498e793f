import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** `GetRole`, `GET /bucket?versioning`: the action of the query protocols, else method and address. */
  readonly action: string;
  readonly fields: URLSearchParams;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

export type Answer =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | object;
    }
  | undefined;

/** AWS as one server for every service: tests say by action what it answers; what they do not say is a 500. */
export async function fakeAws(answer: (asked: Asked) => Answer) {
  const seen: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const fields = new URLSearchParams(body.startsWith('{') ? '' : body);
    const target = request.headers['x-amz-target'];
    const action = target
      ? String(target).split('.').at(-1)!
      : (fields.get('Action') ?? `${request.method} ${request.url}`);
    const asked = { action, fields, body, headers: request.headers };
    seen.push(asked);
    const said: NonNullable<Answer> = answer(asked) ?? {
      status: 500,
      body: { message: `nothing said for ${action}` },
    };
    const text = typeof said.body === 'string' ? said.body : JSON.stringify(said.body);
    const type = typeof said.body === 'string' ? 'text/xml' : 'application/json';
    response.writeHead(said.status ?? 200, { 'content-type': type, ...said.headers }).end(text);
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    host: `127.0.0.1:${port}`,
    endpoint: {
      region: 'us-east-1',
      url: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    },
    stop: () =>
      new Promise<void>(done => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** One such server for all tests of a file, which set `answer`; what was asked is forgotten when a test starts. */
export function awsOfFile() {
  // One object for the whole file, filled once the server is up.
  const aws = {} as Awaited<ReturnType<typeof fakeAws>> & { answer: (asked: Asked) => Answer };
  beforeAll(async () => {
    Object.assign(aws, await fakeAws(asked => aws.answer(asked)));
  });
  beforeEach(() => void aws.seen.splice(0));
  afterAll(() => aws.stop());
  return aws;
}

/** An error of S3 and of EC2, IAM, CloudFormation. */
export const s3Error = (code: string, status: number, headers = {}): Answer => ({
  status,
  headers,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>as S3 says</Message></Error>`,
});
export const queryError = (code: string, status = 400, message = 'as AWS says'): Answer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
export const jsonError = (type: string, status = 400): Answer => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { __type: type, message: 'as AWS says' },
});
