import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { FileError } from '../../jobs/pypeliner/files/file-error.ts';
import { longestLine, type QueueOperation } from '../../jobs/pypeliner/queue/protocol.ts';
import { serveLines, serveSocket } from '../../jobs/pypeliner/queue/serve-lines.ts';

const operations: Record<string, QueueOperation> = {
  echo: async values => values,
  slow: async () => new Promise(done => setTimeout(() => done({ was: 'slow' }), 50)),
  fail: async () => {
    throw new FileError('not-found', 'x', 'there is no such file');
  },
};

async function answersTo(pieces: readonly (string | Buffer)[]): Promise<Record<string, unknown>[]> {
  const input = new PassThrough();
  const output = new PassThrough();
  for (const piece of pieces) input.write(piece);
  input.end();
  await serveLines(input, output, operations);
  output.end();
  const text = (await output.toArray()).join('');
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
}

it('answers each request by its id, the quick ones first', async () => {
  expect(await answersTo(['{"id":1,"op":"slow"}\n{"id":2,"op":"echo","x":"é"}\n'])).toEqual([
    { id: 2, ok: { x: 'é' } },
    { id: 1, ok: { was: 'slow' } },
  ]);
});

it('says what is wrong with a request, and goes on', async () => {
  const lines = ['no json', '{"id":1}', '[]', 'null', '{"id":2,"op":"toString"}', '{"id":3,"op":"fail"}'];
  const answers = await answersTo([`${lines.join('\n')}\n{"id":4,"op":"echo"}\n`]);
  expect(answers).toHaveLength(7);
  const byId = (id: unknown) => answers.find(each => each.id === id);
  expect(byId(2)).toMatchObject({ error: { code: 'bad-request' } });
  expect(byId(3)).toEqual({ id: 3, error: { code: 'not-found', message: 'x: there is no such file' } });
  expect(byId(4)).toEqual({ id: 4, ok: {} });
});

it('a line without an end is not waited for, for ever', async () => {
  expect(await answersTo(['x'.repeat(longestLine + 1)])).toMatchObject([{ error: { code: 'bad-request' } }]);
});

it('however lines are cut into pieces, the answers are the same', async () => {
  const text = Buffer.from('{"id":1,"op":"echo","x":"日本 é"}\n{"id":2,"op":"echo"}\n');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async sizes => {
      const pieces: Buffer[] = [];
      for (let at = 0, i = 0; at < text.length; i++) {
        pieces.push(text.subarray(at, at + sizes[i % sizes.length]!));
        at += sizes[i % sizes.length]!;
      }
      expect(await answersTo(pieces)).toEqual([
        { id: 1, ok: { x: '日本 é' } },
        { id: 2, ok: {} },
      ]);
    }),
    { numRuns: 20 },
  );
});

it('processes beside it ask over a socket, several at once', async () => {
  const server = await serveSocket(operations);
  const ask = (id: number): Promise<string> =>
    new Promise((done, fail) => {
      const socket = connect(server.path, () => socket.write(`{"id":${id},"op":"echo"}\n`));
      socket.once('error', fail);
      socket.once('data', data => {
        done(String(data).trim());
        socket.end();
      });
    });
  expect(await Promise.all([1, 2, 3].map(ask))).toEqual([
    '{"id":1,"ok":{}}',
    '{"id":2,"ok":{}}',
    '{"id":3,"ok":{}}',
  ]);
  await server.close();
  await expect(ask(4)).rejects.toThrow();
});
