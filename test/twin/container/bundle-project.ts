import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerSpec } from '../../../lib/twin/batch/types.ts';
import { containerCredentials, processContainers } from '../../../lib/twin/container/process-containers.ts';
import { definition } from '../batch/helper.ts';

const keys = { accessKeyId: 'ASIATEST', secretAccessKey: 'secret', sessionToken: 'session' };
/** The ids of keys that were taken back. */
export const taken: string[] = [];
const credentials = containerCredentials({
  assume: ({ jobRole }) => (jobRole === undefined ? undefined : keys),
  forget: id => void taken.push(id),
});
let root: string;
/** Where containers ask for their keys. */
export let url: string;

/** For a file of tests: a server of keys, and a folder of its own for each test. */
export function startProjects(): void {
  const server = createServer((request, response) => {
    void credentials.handle(request, response).then(done => done || response.writeHead(404).end());
  });
  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'twin-container-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
}

/** Writes a bundle and says how to run it. */
export function project(source: string, isolate?: boolean) {
  mkdirSync(join(root, 'dist/containers'), { recursive: true });
  writeFileSync(join(root, 'dist/containers/work.mjs'), source);
  const run = processContainers({
    tools: [],
    projectRoot: root,
    node: process.execPath,
    folder: folder(),
    region: 'eu-west-1',
    serverUrl: () => url,
    credentials,
    ...(isolate === undefined ? {} : { isolate }),
  });
  return (given: Partial<ContainerSpec> = {}) => {
    const lines: string[] = [];
    const container = run({
      jobId: '0b0c:3',
      attempt: 1,
      jobName: 'a-job',
      definition,
      command: ['one', 'two'],
      instance: 'i-0test',
      isSpot: false,
      memoryMiB: 512,
      environment: { GREETING: 'hello', AWS_ENDPOINT_URL: 'https://aws.example' },
      onOutput: more => void lines.push(...more),
      ...given,
    });
    const waitFor = async (text: string): Promise<void> => {
      for (const end = Date.now() + 10_000; !lines.some(line => line.includes(text)); ) {
        if (Date.now() > end) throw new Error(`never "${text}": ${lines.join('\n')}`);
        await new Promise(resolve => setTimeout(resolve, 5));
      }
    };
    return { ...container, lines, waitFor };
  };
}

/** Where containers have their folders. */
export const folder = (): string => join(root, 'containers');

/** Folders of containers that are still there. */
export const left = (): string[] => readdirSync(folder()).sort();
