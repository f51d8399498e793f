import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { once } from '../../../../lib/aws/wire/http.ts';
import { runs } from '../../../helpers/runs.ts';
import { answer, answerOf, cuts, how, small } from './any-answers.ts';
import { byteServer } from './byte-server.ts';

interface Read {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
type Outcome = Read | 'error';

/** What our reader makes of the bytes of a number. */
async function ours(
  origin: string,
  method: string,
  number: number,
  how: 'bytes' | 'stream',
): Promise<Outcome> {
  try {
    const headers = async () => ({});
    const answer = await once({ origin, target: `/${number}`, method, headers });
    const { status } = answer;
    const body = how === 'bytes' ? await answer.bytes() : await streamed(answer.body);
    return {
      status,
      headers: { ...answer.headers } as Record<string, string>,
      body: body.toString('latin1'),
    };
  } catch {
    return 'error';
  }
}

async function streamed(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What Node's own does. */
function nodes(origin: string, method: string, number: number): Promise<Outcome> {
  return new Promise(done => {
    const agent = new Agent();
    const finish = (outcome: Outcome): void => {
      agent.destroy();
      done(outcome);
    };
    const asked = request(`${origin}/${number}`, { method, agent }, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => finish('error'));
      response.on('end', () => {
        const headers: Record<string, string> = {};
        for (let i = 0; i < response.rawHeaders.length; i += 2) {
          const name = response.rawHeaders[i]!.toLowerCase();
          const value = response.rawHeaders[i + 1]!;
          headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
        }
        const body = Buffer.concat(chunks).toString('latin1');
        finish(response.complete ? { status: response.statusCode!, headers, body } : 'error');
      });
    });
    asked.on('error', () => finish('error'));
    asked.end();
  });
}

it('any answers, over one connection and in any pieces, are read as Node’s own reads them', async () => {
  const answers = fc.array(fc.tuple(answer, cuts, how), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(answers, async made => {
      const server = await byteServer(
        made.map(([each, places]) => ({
          bytes: each.bytes,
          cuts: places,
          after: each.isKept ? 'stay' : 'end',
        })),
      );
      try {
        const read: Outcome[] = [];
        for (const [number, [each, , form]] of made.entries())
          read.push(await ours(server.origin, each.method, number, form));
        const closed = made.slice(0, -1).filter(([each]) => !each.isKept).length;
        expect(server.connections()).toBe(1 + closed);
        for (const [number, [each]] of made.entries()) {
          expect(read[number]).not.toBe('error');
          expect(read[number]).toEqual(await nodes(server.origin, each.method, number));
        }
      } finally {
        await server.stop();
      }
    }),
    { numRuns: runs(400, 40) },
  );
});

it('an answer that breaks off is an error, or what it is to Node’s own, and never less than it says', async () => {
  const broken = fc.record({
    each: answer,
    at: fc.nat(),
    places: cuts,
    form: how,
    after: fc.constantFrom('end', 'reset'),
  });
  await fc.assert(
    fc.asyncProperty(broken, async ({ each, at, places, form, after }) => {
      const bytes = each.bytes.subarray(0, at % each.bytes.length);
      const server = await byteServer([{ bytes, cuts: places, after }]);
      try {
        const read = await ours(server.origin, each.method, 0, form);
        // A reset may overtake what was said before it.
        if (read === 'error' && after === 'reset') return;
        expect(read).toEqual(await nodes(server.origin, each.method, 0));
      } finally {
        await server.stop();
      }
    }),
    { numRuns: runs(400, 40) },
  );
});

it('an answer that is not quite HTTP is an error, or what it is to Node’s own', async () => {
  const spoiled = fc.record({
    each: answerOf(small),
    at: fc.nat(),
    cut: fc.integer({ min: 0, max: 3 }),
    put: fc.constantFrom(
      '',
      '\r',
      '\n',
      '\r\n',
      '\0',
      ' ',
      ':',
      ';',
      ',',
      '0',
      '9',
      'f',
      '-',
      'x',
      '\r\n ',
      '\r\nContent-Length: 3',
      '\r\nTransfer-Encoding: chunked',
      '\r\nTransfer-Encoding: gzip',
    ),
    places: fc.oneof(fc.constant([]), cuts),
    form: how,
  });
  await fc.assert(
    fc.asyncProperty(spoiled, async ({ each, at, cut, put, places, form }) => {
      // Heads and the lines between chunks, mostly.
      const from = at % Math.min(each.bytes.length, 300);
      const bytes = Buffer.concat([
        each.bytes.subarray(0, from),
        Buffer.from(put, 'latin1'),
        each.bytes.subarray(from + cut),
      ]);
      const server = await byteServer([{ bytes, cuts: places, after: 'end' }]);
      try {
        const read = await ours(server.origin, each.method, 0, form);
        if (read === 'error') return;
        const node = await nodes(server.origin, each.method, 0);
        // What comes behind an answer is an error to both of them where they read it together with the answer.
        if (places.length > 0 && node === 'error') return;
        expect(read).toEqual(node);
      } finally {
        await server.stop();
      }
    }),
    { numRuns: runs(800, 80) },
  );
});

const chunks = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
it.each([
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na'],
  ['a length of another number system', 'HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\na'],
  ['a length below nothing', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['a coding that is not known', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  ['a header that goes on in the next line', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\nContent-Length: 1\r\n\r\na'],
  ['a line of the head without CR', 'HTTP/1.1 200 OK\r\na: b\nContent-Length: 1\r\n\r\na'],
  ['a length of a chunk without CR', `${chunks}10\na\r\n0\r\n\r\n`],
  ['an end without CR', `${chunks}1\r\na\r\n0\r\n\n`],
  ['a chunk that is longer than it says', `${chunks}1\r\nab\r\n0\r\n\r\n`],
  ['a chunk without its end', `${chunks}1\r\na0\r\n\r\n`],
  ['a length that no body has', `${chunks}${'f'.repeat(20)}\r\na`],
  ['a length in a trailer', `${chunks}1\r\na\r\n0\r\nContent-Length: 3\r\n\r\n`],
  ['a body longer than it says', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab'],
  ['another protocol', 'HTTP/1.1 101 Switching\r\n\r\n'],
  ['another version', 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['no head at all', 'x'.repeat(70_000)],
])('%s is an error', async (_, text) => {
  const server = await byteServer([{ bytes: Buffer.from(text), cuts: [], after: 'end' }]);
  expect(await ours(server.origin, 'GET', 0, 'bytes')).toBe('error');
  await server.stop();
});
