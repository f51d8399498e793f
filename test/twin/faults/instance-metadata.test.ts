import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askMetadata } from '../../../containers/runtime/instance-metadata.ts';
import { instanceMetadata } from '../../../lib/twin/faults/instance-metadata.ts';

const twin = instanceMetadata();
const server = createServer((request, response) => {
  if (!twin.handle(request, response)) response.writeHead(418).end();
});
let url: string;

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise(resolve => server.close(resolve)));

it('tells the runtime of its own instance and of that one alone, by IMDSv2', async () => {
  const ask = async (instance: string): Promise<string | undefined> => {
    const at = { AWS_EC2_METADATA_SERVICE_ENDPOINT: `${url}${twin.path(instance)}` };
    return (await askMetadata(at, 'spot/instance-action'))[0];
  };
  expect(await ask('i-1')).toBeUndefined();
  twin.notice('i-1', new Date('2026-01-02T03:04:05.678Z'));
  expect(JSON.parse((await ask('i-1'))!)).toEqual({ action: 'terminate', time: '2026-01-02T03:04:05Z' });
  expect(await ask('i-2')).toBeUndefined();
});

it('answers nothing without a token, and leaves other paths alone', async () => {
  const { path } = twin;
  const status = async (at: string): Promise<number> => (await fetch(`${url}${at}`)).status;
  expect(await status(`${path('i-1')}/latest/meta-data/instance-id`)).toBe(401);
  expect(await status('/_lab/credentials')).toBe(418);
});
