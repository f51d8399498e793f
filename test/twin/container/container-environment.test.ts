import { definition } from '../batch/helper.ts';
import { project, startProjects, taken, url } from './bundle-project.ts';

startProjects();

it('gives a container its command and environment, and nothing of the user’s', async () => {
  process.env.SECRET_OF_THE_USER = 'x';
  const start = project('console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env }))');
  const { exited, lines } = start();
  expect(await exited).toEqual({ exitCode: 0 });
  const { args, env } = JSON.parse(lines[0]!);
  expect(args).toEqual(['one', 'two']);
  expect(env).toMatchObject({
    GREETING: 'hello',
    LAB_MOUNTS_BY: 'download',
    LAB_SCRATCH_CHECK: 'marker',
    LAB_TOOLS_FROM: 'path',
    AWS_ENDPOINT_URL: url,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/_lab/credentials`,
  });
  expect(env.SECRET_OF_THE_USER).toBeUndefined();
  // As on AWS: what a definition does not say, nobody says.
  expect([env.AWS_REGION, env.AWS_DEFAULT_REGION]).toEqual([undefined, undefined]);
  expect(env.HOME).not.toBe(process.env.HOME);
});

it('the SDK in a container gets keys by its token, until it has ended', async () => {
  const start = project(
    `const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env;
    const answer = await fetch(uri, { headers: { authorization: token } });
    console.log(token); console.log(JSON.stringify(await answer.json()));`,
  );
  const { exited, lines } = start();
  await exited;
  expect(JSON.parse(lines[1]!)).toMatchObject({
    AccessKeyId: 'ASIATEST',
    SecretAccessKey: 'secret',
    Token: 'session',
  });
  const late = await fetch(`${url}/_lab/credentials`, { headers: { authorization: lines[0]! } });
  expect(late.status).toBe(403);
  expect((await fetch(`${url}/_lab/credentials`)).status).toBe(403);
  expect(taken).toContain('ASIATEST');
});

it('a job without a role has no keys', async () => {
  const start = project(
    'console.log(Object.keys(process.env).filter(each => each.startsWith("AWS_CONTAINER")).length)',
  );
  const { jobRole: _, ...without } = definition;
  const { exited, lines } = start({ definition: without });
  await exited;
  expect(lines).toEqual(['0']);
});

it('a container that is told where its metadata is may ask for it', async () => {
  const show =
    'console.log(process.env.AWS_EC2_METADATA_DISABLED, process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT)';
  const start = project(show);
  const told = start({ metadataUrl: 'http://127.0.0.1:1/x' });
  await told.exited;
  expect(told.lines).toEqual(['false http://127.0.0.1:1/x']);
  const not = start({ jobId: 'other' });
  await not.exited;
  expect(not.lines).toEqual(['true undefined']);
});
