import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answering = (
  request: IncomingMessage & { readonly text: string },
  response: ServerResponse,
) => void;

/** A server that answers each request with the next of its answers, the last one for ever; it keeps what it was asked. */
export async function scriptedServer(...answers: Answering[]) {
  const seen: { method: string; url: string; headers: IncomingMessage['headers']; text: string }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const number = seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      text,
    });
    answers[Math.min(number, answers.length) - 1]!(Object.assign(request, { text }), response);
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stop: () =>
      new Promise<void>(done => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** An answer with a status, a body and headers. */
export const say =
  (status: number, body = '', headers: Record<string, string> = {}): Answering =>
  (_request, response) =>
    void response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);

/** No answer: the connection is reset. */
export const reset: Answering = request => void request.socket.destroy();
