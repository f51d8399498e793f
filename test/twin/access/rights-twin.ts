import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialsPath } from '../../../lib/twin/container/credentials.ts';
import { type ContainerParts, startTwin, type Twin } from '../../../lib/twin/twin.ts';
import { region, template } from './rights-template.ts';

/** What the twin says of each refusal, in order. */
export const said: string[] = [];
/** A lab of two datasets, one of them public; its containers do nothing, and never end. */
export let twin: Twin;
let parts: ContainerParts;

/** For a file of tests: up before its first, gone after its last. */
export function startRightsTwin(): void {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'twin-rights-'));
    twin = await startTwin({
      ...{ folder, projectRoot: folder, region, template, node: process.execPath, tools: [] },
      datasetBuckets: ['theirs', 'open'],
      publicBuckets: ['open'],
      onRefusal: text => void said.push(text),
      containers: given => {
        parts = given;
        return () => ({ signal: () => undefined, exited: new Promise(() => undefined) });
      },
    });
  });
  afterAll(async () => {
    await twin.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Of a client of the SDK that has these keys. */
export const config = (credentials: object) => ({
  endpoint: twin.url,
  region,
  credentials: credentials as never,
  maxAttempts: 1,
});

/** `Name: message` of a refusal; 'ok' where there is none. */
export const outcome = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'ok',
    (error: Error) => `${error.name}: ${error.message}`,
  );

/** The keys that a container of the job definition gets. */
export async function jobKeys(role = 'jobs') {
  const { token = '' } = parts.credentials.grant(
    { jobRole: `arn:aws:iam::000000000000:role/${role}` },
    'task',
  );
  const answer = await fetch(`${twin.url}${credentialsPath}`, { headers: { authorization: token } });
  const { AccessKeyId, SecretAccessKey, Token } = (await answer.json()) as Record<string, string>;
  return { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: Token! };
}
