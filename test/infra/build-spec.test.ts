import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { buildProject } from '../../lib/infra/images/build-project.ts';
import { cdkApp } from '../helpers/cdk-app.ts';

const stack = new Stack(cdkApp(), 'Builds');
buildProject(stack, 'arm64', {
  role: new Role(stack, 'Role', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') }),
  logGroup: new LogGroup(stack, 'Log'),
});
const [project] = Object.values(Template.fromStack(stack).findResources('AWS::CodeBuild::Project'));
const { env, phases } = JSON.parse(project!.Properties.Source.BuildSpec as string) as {
  env: { variables: Record<string, string> };
  phases: Record<string, { commands: string[] }>;
};
const commands = [...phases.pre_build!.commands, ...phases.build!.commands];

const work = mkdtempSync(join(tmpdir(), 'lab-build-spec-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/**
 * Runs the commands as CodeBuild does, one after the other in one shell until one fails, with an `aws`, an `unzip` and a
 * `docker` that write down what they were called with.
 */
function run(shell: string, variables: Record<string, string>, failing = 'nothing') {
  const folder = mkdtempSync(join(work, 'run-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const calls = join(folder, 'calls');
  const stub = (name: string, more: string): void => {
    // One write a call: both ends of a pipe write at once.
    const script = `#!/bin/sh\nline=$(printf '|%s' "$@"); printf '%s%s\\n' '${name}' "$line" >> '${calls}'\n[ "${name} $1" = '${failing}' ] && exit 3\n${more}\n`;
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  };
  stub('aws', '[ "$1" = s3 ] && : > context.zip; [ "$1" = ecr ] && echo the-password; exit 0');
  stub('unzip', 'mkdir -p "$4/containers/x"; : > "$4/containers/x/Dockerfile"');
  stub('docker', `[ "$1" = login ] && cat > '${folder}/password'; exit 0`);
  const script = commands.map(each => `{ ${each}\n} || exit 9`).join('\n');
  const { status } = spawnSync(shell, ['-c', script], {
    cwd: folder,
    env: { PATH: `${bin}:/usr/bin:/bin`, ...env.variables, ...variables },
  });
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  return { status, calls: read(calls).trim().split('\n'), password: read(join(folder, 'password')) };
}

const variables = {
  SOURCE: 's3://assets/abc.zip',
  DOCKERFILE: 'containers/x/Dockerfile',
  IMAGE: '111122223333.dkr.ecr.us-east-1.amazonaws.com/lab/x:arm64-0123',
  BUILD_ARGUMENTS: '--build-arg A=registry/a:1 --build-arg B=registry/b:2',
};

describe.each(['sh', 'bash'])('in %s', shell => {
  it('builds the zip of the assets, and pushes it where it logged in', () => {
    const { status, calls, password } = run(shell, variables);
    expect(calls.sort()).toEqual(
      [
        'aws|s3|cp|--only-show-errors|s3://assets/abc.zip|context.zip',
        'unzip|-q|context.zip|-d|context',
        'aws|ecr|get-login-password',
        'docker|login|--username|AWS|--password-stdin|111122223333.dkr.ecr.us-east-1.amazonaws.com',
        `docker|build|--progress|plain|--file|context/containers/x/Dockerfile|--tag|${variables.IMAGE}|--build-arg|A=registry/a:1|--build-arg|B=registry/b:2|context`,
        `docker|push|--quiet|${variables.IMAGE}`,
      ].sort(),
    );
    expect([status, password]).toEqual([0, 'the-password\n']);
  });

  it('no build argument is none, not an empty one', () => {
    const { calls } = run(shell, { ...variables, BUILD_ARGUMENTS: '' });
    expect(calls.find(each => each.startsWith('docker|build'))).toMatch(/arm64-0123\|context$/);
  });

  it.each(['aws s3', 'unzip -q', 'docker login', 'docker build'])(
    'pushes nothing after %s failed',
    failing => {
      const { status, calls } = run(shell, variables, failing);
      expect(status).not.toBe(0);
      expect(calls.filter(each => each.startsWith('docker|push'))).toEqual([]);
    },
  );
});
