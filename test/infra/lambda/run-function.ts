import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { bundleFunction } from '../../../lib/infra/images/build-function.ts';
import { scriptedServer } from '../../aws/wire/scripted-server.ts';

const root = resolve(import.meta.dirname, '../../..');
let folder: string;
/** For a file of tests: the bundle, there before its first, gone after its last. */
export function bundled(): void {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-function-'));
    bundleFunction(root, folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
}

/** An answer of AWS: of a status, or one of AWS's errors. */
type Reply = object | { readonly error: string; readonly status?: number };
/** Replies by action, in order; the last one for ever. */
export type Script = Readonly<Record<string, readonly Reply[]>>;

interface Answered {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
}

/**
 * Runs the function as Lambda does (the bundle, in a Node of its own), with AWS as it is scripted: every call is a signed
 * request over HTTP, and the answer to CloudFormation is a PUT. Waits are skipped, and take as long in the function's mind.
 */
export async function runFunction(event: (url: string) => object, script: Script, timeLeft = 900_000) {
  const calls: { action: string; input: Record<string, unknown>; signed: string }[] = [];
  const answers: Answered[] = [];
  const server = await scriptedServer((request, response) => {
    if (request.method === 'PUT') {
      if (request.headers['content-type'] !== '') response.writeHead(403).end();
      else if (answers.push(JSON.parse(request.text) as Answered)) response.end();
      return;
    }
    reply(request, response);
  });
  function reply(request: IncomingMessage & { readonly text: string }, response: ServerResponse): void {
    const action = String(request.headers['x-amz-target']).split('.').at(-1)!;
    const signed = String(request.headers.authorization);
    const number = calls.filter(each => each.action === action).length;
    calls.push({ action, input: JSON.parse(request.text) as Record<string, unknown>, signed });
    const replies = script[action] ?? [{ error: 'UnexpectedCall' }];
    const given = replies[Math.min(number, replies.length - 1)]! as {
      error?: string;
      status?: number;
      message?: string;
    };
    const body =
      given.error === undefined
        ? given
        : { __type: given.error, message: given.message ?? `${given.error}, it says` };
    response.writeHead(given.error === undefined ? 200 : (given.status ?? 400)).end(JSON.stringify(body));
  }
  const program = `
    import timers from 'node:timers/promises';
    import { syncBuiltinESMExports } from 'node:module';
    let slept = 0;
    timers.setTimeout = async ms => { slept += ms; };
    syncBuiltinESMExports();
    const { handler } = await import(${JSON.stringify(join(folder, 'index.mjs'))});
    await handler(${JSON.stringify(event(server.url))}, { getRemainingTimeInMillis: () => ${timeLeft} - slept });
    console.log(slept);
    process.exit();
  `;
  const env = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL: server.url,
  };
  try {
    const { stdout } = await promisify(execFile)(
      join(root, 'node_modules/node/bin/node'),
      ['--input-type=module', '--eval', program],
      { env },
    );
    return { calls, answers, slept: Number(stdout), actions: calls.map(each => each.action) };
  } finally {
    await server.stop();
  }
}
