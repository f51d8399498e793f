import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { Template } from 'aws-cdk-lib/assertions';
import { build } from 'esbuild';
import { atTwin } from '../../lib/aws/endpoint.ts';
import type { World } from '../../lib/cli/context.ts';
import { runCli } from '../../lib/cli/main.ts';
import { dataBuckets, publicBuckets } from '../../lib/cli/twin/data-buckets.ts';
import type { RunningTwin } from '../../lib/cli/twin/server.ts';
import type { LabConfigInput } from '../../lib/config/define-lab.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { stackName } from '../../lib/contract/workload/metadata.ts';
import type { Task } from '../../lib/contract/workload/task.ts';
import type { WorkloadSpec } from '../../lib/contract/workload/workload.ts';
import { LabStack } from '../../lib/infra/lab-stack.ts';
import type { Person } from '../../lib/twin/access/people.ts';
import { processContainers } from '../../lib/twin/container/process-containers.ts';
import { startTwin } from '../../lib/twin/twin.ts';
import type { Ran } from '../cli/helper.ts';
import { cdkApp } from '../helpers/cdk-app.ts';
import { root } from '../helpers/project.ts';
import { inProcess } from './in-process.ts';

export interface FakeLabInput {
  readonly config: LabConfigInput;
  readonly workloads: readonly WorkloadSpec[];
  /** By `<workload>/<step>`. */
  readonly tasks: Readonly<Record<string, Task>>;
  /** Workloads whose containers are processes of `entrypoint.ts`, so that they can be killed. */
  readonly processes: readonly string[];
}

/** A lab that is synthesized with these workloads, its twin with rights on, and people at a shell in front of it. */
export async function fakeLab({ config, workloads, tasks, processes }: FakeLabInput) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-fake-'));
  const configFile = join(folder, 'lab.config.json');
  await writeFile(configFile, JSON.stringify(config));
  const resolved = resolveConfig(config, workloads);
  await build({
    entryPoints: [join(root, 'test', 'workloads', 'entrypoint.ts')],
    outfile: join(folder, 'dist', 'containers', 'fakes.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const props = { config: resolved, specs: workloads, projectRoot: root, env: { region: resolved.region } };
  const app = cdkApp(join(folder, 'cdk.out'));
  const template = Template.fromStack(new LabStack(app, stackName(resolved.name), props)).toJSON();
  const refusals: string[] = [];
  let own: ReturnType<typeof inProcess> | undefined;
  const twin = await startTwin({
    folder: join(folder, 'twin', 'state'),
    projectRoot: folder,
    region: resolved.region,
    template,
    datasetBuckets: dataBuckets(resolved),
    publicBuckets: publicBuckets(resolved),
    node: process.execPath,
    tools: [],
    onRefusal: text => void refusals.push(text),
    containers: parts => {
      const functions = inProcess(parts, tasks);
      own = functions;
      const asProcess = processContainers({
        projectRoot: folder,
        node: process.execPath,
        tools: [],
        ...parts,
      });
      return spec => (processes.includes(spec.definition.workload) ? asProcess(spec) : functions.run(spec));
    },
  });
  const server: RunningTwin = {
    ...twin,
    pid: process.pid,
    lab: resolved.name,
    region: resolved.region,
    tools: [],
  };
  await mkdir(join(folder, 'twin'), { recursive: true });
  await writeFile(join(folder, 'twin', 'server.json'), JSON.stringify(server));
  let runs = 0;
  const s3 = (credentials: NonNullable<S3ClientConfig['credentials']>) =>
    new S3Client({
      ...atTwin,
      endpoint: twin.url,
      region: resolved.region,
      credentials,
      forcePathStyle: true,
    });
  return {
    folder,
    outputBucket: twin.outputs.OutputBucketName!,
    keys: twin.keys,
    /** What IAM refused, with the statement that was missing, as the twin's log has it. */
    refusals,
    s3: s3(twin.keys.deployer),
    /** S3 as the role of a definition's jobs, once one has run. */
    s3As: async (definition: string) => s3(await own!.keysOf(definition)),
    /** `lab …` at the twin. */
    async lab(
      argv: readonly string[],
      {
        as = 'members',
        stdin = Readable.from([]),
        onOut,
      }: {
        readonly as?: Person;
        readonly stdin?: Readable;
        readonly onOut?: (text: string) => void;
      } = {},
    ): Promise<Ran> {
      let out = '';
      let err = '';
      const world: World = {
        projectRoot: root,
        twinFolder: join(folder, 'twin'),
        cwd: folder,
        configFile,
        environment: { LAB_TWIN_AS: as },
        io: {
          out: {
            write: text => {
              out += text;
              onOut?.(text);
            },
          },
          err: { write: text => (err += text) },
        },
        stdin,
        signal: new AbortController().signal,
        workloads,
        now: () => new Date(),
        seed: () => String(runs++).padStart(6, '0'),
      };
      return { code: await runCli([...argv, '--local'], world), out, err };
    },
    async leave(): Promise<void> {
      await twin.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
