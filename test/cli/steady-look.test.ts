import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectStores } from '../../lib/aws/object-stores.ts';
import type { Context } from '../../lib/cli/context.ts';
import { steadyLook } from '../../lib/cli/watch/steady-look.ts';
import { parseFaults } from '../../lib/twin/faults/read-faults.ts';
import { requestFaults } from '../../lib/twin/faults/request-faults.ts';
import { startServer, type TwinServer } from '../../lib/twin/http/server.ts';
import { s3Service } from '../../lib/twin/s3/s3-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'steady-look-'));
mkdirSync(join(folder, 's3', 'lab'), { recursive: true });
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
let server: TwinServer | undefined;
const serve = async (port?: number, requests: readonly object[] = []): Promise<TwinServer> =>
  startServer({
    services: [s3Service({ folder: join(folder, 's3') })],
    credentials: { find: () => credentials },
    intercept: requestFaults(parseFaults({ requests }, 'faults')),
    ...(port === undefined ? {} : { port }),
  });
/** Below those that are given to who asks for any: nobody takes it between the server's end and its return. */
async function serveOnOwnPort(): Promise<TwinServer> {
  for (;;)
    try {
      return await serve(20_000 + Math.floor(Math.random() * 10_000));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
}
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a look said, and a look of the lab's store that is retried no longer than a watch does it. */
async function watcher() {
  await server?.close();
  server = await serveOnOwnPort();
  const said: string[] = [];
  const stop = new AbortController();
  const io = { out: process.stdout, err: { write: () => true } };
  const own = { local: false, io, signal: stop.signal, say: (text: string) => said.push(text) };
  const context = own as unknown as Context;
  const endpoint = { region: 'us-east-1', url: server.url, credentials };
  const store = objectStores(endpoint)('lab');
  await store.put('marker', 'done');
  const look = steadyLook(context, async () => (await store.get('marker'))?.toString());
  expect(await look()).toBe('done');
  return { said, stop, look, context, port: server.port };
}

it('a network that goes, and connections that are reset once it is back, is said once and waited out', async () => {
  const { said, look, port } = await watcher();
  await server!.close();
  server = undefined;
  const seen = look();
  await new Promise(done => setTimeout(done, 500));
  server = await serve(port, [{ fault: 'reset', service: 's3', times: 8 }]);
  expect(await seen).toBe('done');
  expect(said).toEqual([
    expect.stringMatching(/it is tried again, and the run goes on$/),
    'the run is seen again',
  ]);
}, 60_000);

it('what a night of sleep leaves behind is waited out: a session that has ended, throttles, a service that is down', async () => {
  const { context } = await watcher();
  const passing = [
    { name: 'ExpiredTokenException' },
    { name: 'ExpiredToken' },
    { name: 'CredentialsProviderError' },
    { name: 'ThrottlingException' },
    { name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } },
    { name: 'ServerException', $metadata: { httpStatusCode: 503 } },
    { name: 'TimeoutError', code: 'ETIMEDOUT' },
  ];
  await Promise.all(
    passing.map(async error => {
      const said: string[] = [];
      let asks = 0;
      const look = steadyLook({ ...context, say: text => void said.push(text) }, async () => {
        if (asks++ === 1) throw Object.assign(new Error('no'), error);
        return asks;
      });
      expect(await look()).toBe(1);
      expect(await look()).toBe(3);
      expect([error.name, said.length, said.at(-1)]).toEqual([error.name, 2, 'the run is seen again']);
    }),
  );
}, 60_000);

it('Ctrl-C ends the waiting, and what no waiting mends is told at once', async () => {
  const { look, stop, context, said } = await watcher();
  let asks = 0;
  const other = steadyLook(context, async () => {
    if (asks++ > 0) throw Object.assign(new Error('not yours'), { name: 'AccessDenied', statusCode: 403 });
  });
  await other();
  await expect(other()).rejects.toThrow('not yours');
  expect(said).toEqual([]);
  await server!.close();
  server = undefined;
  const seen = look();
  setTimeout(() => stop.abort(), 300);
  expect(await seen).toBeUndefined();
}, 60_000);
