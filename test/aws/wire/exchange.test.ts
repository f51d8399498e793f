import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import fc from 'fast-check';
import { networkProblem } from '../../../lib/aws/network-problem.ts';
import { exchange } from '../../../lib/aws/wire/exchange.ts';
import { AnswerReader } from '../../../lib/aws/wire/read-answer.ts';

/** A server that writes these texts to its connections, one a request; '' hangs up. */
async function server(...answers: string[]) {
  const connections: Socket[] = [];
  let asked = 0;
  const listening = createServer(socket => {
    connections.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => {
      const answer = answers[Math.min(asked++, answers.length - 1)]!;
      if (answer === '') socket.destroy();
      else if (answer.endsWith('END')) socket.end(answer.slice(0, -3));
      else socket.write(answer);
    });
  });
  await new Promise<void>(done => listening.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return {
    connections,
    get: (method = 'GET', idleMs = 5000) =>
      exchange({ origin, target: '/x', method, headers: async () => ({ host: 'x' }) }, idleMs),
    stop: () => {
      for (const each of connections) each.destroy();
      listening.close();
    },
  };
}

const ok = (body: string, more = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;

it('an answer is the same wherever its bytes are cut', () => {
  const body = fc.string({ unit: 'binary', maxLength: 60 });
  const chunked = (text: string): string =>
    `Transfer-Encoding: chunked\r\n\r\n${[...text].map(letter => `${Buffer.byteLength(letter).toString(16)}\r\n${letter}\r\n`).join('')}0\r\n\r\n`;
  const framed = fc.tuple(body, fc.constantFrom('length', 'chunks', 'end'), fc.boolean());
  fc.assert(
    fc.property(framed, fc.array(fc.nat(), { maxLength: 6 }), ([text, by, isAnnounced], cuts) => {
      const own =
        by === 'chunks'
          ? chunked(text)
          : `${by === 'length' ? `content-length: ${Buffer.byteLength(text)}\r\n` : ''}\r\n${text}`;
      const bytes = Buffer.from(
        `${isAnnounced ? 'HTTP/1.1 100 Continue\r\n\r\n' : ''}HTTP/1.1 404 Not Found\r\nX-Name:  a: b \r\n${own}`,
      );
      const reader = new AnswerReader('GET');
      const places = [...new Set(cuts.map(cut => cut % bytes.length)), bytes.length].sort((a, b) => a - b);
      let from = 0;
      let answer: ReturnType<AnswerReader['add']>;
      for (const to of places) {
        expect(answer).toBeUndefined();
        answer = reader.add(bytes.subarray(from, to));
        from = to;
      }
      answer ??= by === 'end' ? reader.end() : undefined;
      expect(answer).toMatchObject({ status: 404, headers: { 'x-name': 'a: b' } });
      expect(answer!.body.toString()).toBe(text);
      expect(reader.leavesOpen).toBe(by !== 'end');
    }),
  );
});

it('one connection carries one answer after the other, until the server closes it', async () => {
  const { get, connections, stop } = await server(
    ok('a'),
    ok('', ''),
    ok('c', 'Connection: close\r\n'),
    ok('d'),
  );
  try {
    expect((await get()).body.toString()).toBe('a');
    // The length of a body that does not come with HEAD.
    expect((await get('HEAD')).status).toBe(200);
    expect((await get()).body.toString()).toBe('c');
    expect(connections).toHaveLength(1);
    expect((await get()).body.toString()).toBe('d');
    expect(connections).toHaveLength(2);
  } finally {
    stop();
  }
});

it('HEAD has no body, whatever length it tells', async () => {
  const { get, stop } = await server('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nETag: "x"\r\n\r\n');
  try {
    expect(await get('HEAD')).toMatchObject({
      status: 200,
      headers: { etag: '"x"', 'content-length': '5000' },
    });
  } finally {
    stop();
  }
});

it('a connection that the server is about to close is not used again', async () => {
  const { get, connections, stop } = await server(ok('a', 'Keep-Alive: timeout=1\r\n'));
  try {
    await get();
    await get();
    expect(connections).toHaveLength(2);
  } finally {
    stop();
  }
});

it.each([
  ['hangs up', '', 'closed the connection'],
  ['breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcEND', 'closed the connection'],
  [
    'breaks off in a chunk',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabEND',
    'closed the connection',
  ],
  ['says more than it announced', `${ok('abc')}and more`, 'more than 3 bytes'],
  ['speaks something else', 'SSH-2.0-x\r\n\r\n', 'begins no answer'],
  ['comes compressed', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n', 'nobody asked for'],
])('a server that %s is an error', async (_, answer, message) => {
  const { get, stop } = await server(answer);
  try {
    await expect(get()).rejects.toThrow(message);
  } finally {
    stop();
  }
});

it('a connection that is closed has the code of one, by which a network that is gone is told', async () => {
  const { get, stop } = await server('');
  try {
    expect(networkProblem(await get().catch((error: unknown) => error))).toBeDefined();
  } finally {
    stop();
  }
});

it('a server that says nothing is given up', async () => {
  const { get, stop } = await server('HTTP/1.1 200 OK\r\n');
  try {
    await expect(get('GET', 100)).rejects.toThrow('said nothing for 0.1 s');
  } finally {
    stop();
  }
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
(hasOpenssl ? it : it.skip)(
  'TLS is spoken with who proves to be the host, and with nobody else',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lab-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout ${key} -out ${cert}`;
    spawnSync('openssl', request.split(' '));
    const text = readFileSync(cert, 'utf8');
    const answering = createHttps({ key: readFileSync(key), cert: text }, (_, response) =>
      response.end('secret'),
    );
    await new Promise<void>(done => answering.listen(0, 'localhost', done));
    const { port } = answering.address() as AddressInfo;
    const get = (host: string) =>
      exchange(
        { origin: `https://${host}:${port}`, target: '/', method: 'GET', headers: async () => ({ host }) },
        5000,
      );
    const before = getCACertificates('default');
    try {
      await expect(get('localhost')).rejects.toThrow('self-signed');
      setDefaultCACertificates([...before, text]);
      expect((await get('localhost')).body.toString()).toBe('secret');
      // Its certificate is another host's.
      await expect(get('127.0.0.1')).rejects.toThrow();
    } finally {
      setDefaultCACertificates(before);
      answering.close();
      answering.closeAllConnections();
      rmSync(folder, { recursive: true });
    }
  },
);
