import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Template } from 'aws-cdk-lib/assertions';
import { workloads } from '../../../jobs/index.ts';
import type { World } from '../../../lib/cli/context.ts';
import { runCli } from '../../../lib/cli/main.ts';
import type { StackTools } from '../../../lib/cli/stack/stack-tools.ts';
import type { LabConfigInput } from '../../../lib/config/define-lab.ts';
import { resolveConfig } from '../../../lib/config/resolve-config.ts';
import type {
  Found,
  LabBucket,
  LabSecret,
  LiveJob,
  StackResource,
  StackState,
  Unchecked,
} from '../../../lib/contract/ports/stack.ts';
import { stackName } from '../../../lib/contract/workload/metadata.ts';
import { LabStack } from '../../../lib/infra/lab-stack.ts';
import { cdkApp } from '../../helpers/cdk-app.ts';
import { root } from '../../helpers/project.ts';
import { rapidtideLab } from '../../helpers/rapidtide-lab.ts';

type Json = Record<string, { Type: string; DeletionPolicy?: string; Properties: Record<string, unknown> }>;
export interface TemplateJson {
  readonly Resources: Json;
  readonly Parameters?: Record<string, unknown>;
}

/** The template of a configuration. Not checked by any rule: other tests do. */
export function synthesize(input: LabConfigInput): TemplateJson {
  const outdir = mkdtempSync(join(tmpdir(), 'lab-synth-'));
  try {
    const config = resolveConfig(input, workloads);
    const props = { config, specs: workloads, projectRoot: root, env: { region: config.region } };
    const stack = new LabStack(cdkApp(outdir), stackName(config.name), props);
    return JSON.parse(JSON.stringify(Template.fromStack(stack).toJSON())) as TemplateJson;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** An account with one lab in it, in memory; what a test changes, commands see. */
export class Account {
  stack: StackState | undefined;
  template: TemplateJson;
  /** What the next synth gives; the deployed one when left out. */
  next: TemplateJson | undefined;
  /** By the logical id of a queue. */
  jobs = new Map<string, LiveJob[]>();
  closed = new Set<string>();
  vcpus = 0;
  /** Instance types that the region lacks; undefined where it may not be asked. */
  lacks: readonly string[] | undefined = [];
  found: Found[] = [];
  unchecked: Unchecked[] = [];
  buckets: LabBucket[] = [];
  secrets: LabSecret[] = [];
  failures: StackResource[] = [];
  /** Every cdk call, and every change of ours, in order. */
  readonly did: string[] = [];
  /** What cdk does; the exit code. */
  cdk: (args: readonly string[]) => Promise<number> | number = args => {
    if (args[0] === 'destroy') this.isGone = true;
    return 0;
  };
  /** After how many waits something happens. */
  onWait: (waits: number) => void = () => {};
  isGone = false;
  /** Waits until Batch has changed a queue. */
  changing = 0;
  private waits = 0;

  constructor(template: TemplateJson, status = 'UPDATE_COMPLETE') {
    this.template = template;
    this.stack = {
      id: 'arn:aws:cloudformation:us-east-1:123456789012:stack/arraylab-lab/1',
      name: 'arraylab-lab',
      status,
      terminationProtection: false,
      parameters: {},
      outputs: {},
    };
  }

  /** cdk will leave the stack in this status, because of this resource, and end with this exit code. */
  cdkWillFail(status: string, failure: StackResource, exitCode: number): void {
    this.cdk = () => {
      this.stack = { ...this.stack!, status };
      return exitCode;
    };
    this.failures = [failure];
  }

  queueIds(): readonly string[] {
    return Object.keys(this.template.Resources).filter(
      id => this.template.Resources[id]!.Type === 'AWS::Batch::JobQueue',
    );
  }

  resources(): StackResource[] {
    return Object.entries(this.template.Resources).map(([logicalId, { Type, DeletionPolicy }]) => ({
      logicalId,
      physicalId: physicalId(logicalId, Type),
      type: Type,
      status: this.isGone
        ? DeletionPolicy === 'Retain'
          ? 'DELETE_SKIPPED'
          : 'DELETE_COMPLETE'
        : 'CREATE_COMPLETE',
    }));
  }

  lifecycle(): StackTools {
    const named = (queue: string): string =>
      queue
        .split('/')
        .at(-1)!
        .replace(/-phys$/, '');
    return {
      stacks: {
        read: async name => {
          if (!this.stack) return undefined;
          if (!this.isGone) return this.stack;
          return name.startsWith('arn:') ? { ...this.stack, status: 'DELETE_COMPLETE' } : undefined;
        },
        resources: async () => (this.stack ? this.resources() : []),
        template: async () => this.template,
        failures: async () => this.failures,
        deleted: async () => (this.isGone ? [this.stack!.id] : []),
        parameter: async () => undefined,
      },
      queues: {
        describe: async names =>
          names.map(named).map(id => ({
            name: `${id}-phys`,
            arn: physicalId(id, 'AWS::Batch::JobQueue'),
            state: this.closed.has(id) ? 'DISABLED' : 'ENABLED',
            status: this.changing > 0 ? 'UPDATING' : 'VALID',
            environments: ['environment'],
          })),
        liveJobs: async queue => this.jobs.get(named(queue)) ?? [],
        setState: async (queue, state) => {
          this.did.push(`${state} ${named(queue)}`);
          if (state === 'DISABLED') this.closed.add(named(queue));
          else this.closed.delete(named(queue));
        },
        terminate: async (ids, reason) => {
          this.did.push(`terminate ${ids.join(',')}: ${reason}`);
          for (const [queue, jobs] of this.jobs)
            this.jobs.set(
              queue,
              jobs.filter(job => !ids.includes(job.jobId)),
            );
          return {};
        },
        desiredvCpus: async () => this.vcpus,
      },
      inventory: {
        look: async () => ({ found: this.found, unchecked: this.unchecked }),
        buckets: async () => this.buckets,
        measure: async () => ({ objects: 1204, bytes: 3.4e12, more: false }),
        secrets: async () => this.secrets,
      },
      offered: async types => {
        if (this.lacks) return types.filter(each => !this.lacks!.includes(each));
        throw Object.assign(new Error('You may not.'), { name: 'UnauthorizedOperation' });
      },
      cdk: async args => {
        this.did.push(`cdk ${args.join(' ').replace(/ -c config=\S+/, '')}`);
        if (args[0] === 'synth') {
          const folder = args[args.indexOf('-o') + 1]!;
          const path = join(folder, 'arraylab-lab.template.json');
          await writeFile(path, JSON.stringify(this.next ?? this.template));
          return 0;
        }
        return this.cdk(args);
      },
      wait: async () => {
        this.changing--;
        this.onWait(++this.waits);
      },
    };
  }
}

export const physicalId = (logicalId: string, type: string): string =>
  type === 'AWS::Batch::JobQueue'
    ? `arn:aws:batch:us-east-1:123456789012:job-queue/${logicalId}-phys`
    : type === 'AWS::SecretsManager::Secret'
      ? 'arn:aws:secretsmanager:us-east-1:123456789012:secret:arraylab/lab/hcp-Ab12Cd'
      : type === 'AWS::S3::Bucket'
        ? `arraylab-lab-${logicalId.toLowerCase()}-x1y2z3`
        : type === 'AWS::Logs::LogGroup'
          ? `arraylab-lab-${logicalId}-x1y2z3`
          : logicalId;

export const now = Date.parse('2026-11-21T12:00:00Z');

/** An array of ours, under way. */
export const ourArray = {
  jobId: 'job-1',
  jobName: 'rapidtide-20261121t001500z-3f9a2c-run-r0-a0',
  status: 'PENDING',
  timeoutSeconds: 36_000,
} as const;

/** A person at a shell in front of an account; `typed` is what they type at a terminal. */
export async function shell(account: Account, config: LabConfigInput = rapidtideLab) {
  const cwd = await mkdtemp(join(tmpdir(), 'lab-lifecycle-'));
  const configFile = join(cwd, 'lab.config.json');
  await writeFile(configFile, JSON.stringify(config));
  return {
    configFile,
    leave: () => rm(cwd, { recursive: true, force: true }),
    async lab(
      line: string,
      {
        typed,
        signal = new AbortController().signal,
        environment = {},
      }: { typed?: string; signal?: AbortSignal; environment?: Record<string, string> } = {},
    ) {
      let out = '';
      let err = '';
      const stdin = Readable.from(typed === undefined ? [] : [Buffer.from(typed)]);
      const world: World = {
        projectRoot: root,
        cwd,
        configFile,
        environment,
        io: { out: { write: text => (out += text) }, err: { write: text => (err += text) } },
        stdin: typed === undefined ? stdin : Object.assign(stdin, { isTTY: true }),
        signal,
        workloads,
        lifecycle: () => account.lifecycle(),
        now: () => new Date(now),
        seed: () => '000000',
      };
      const code = await runCli(line.split(' '), world);
      return { code, out, err };
    },
  };
}
