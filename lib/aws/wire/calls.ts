import type { CredentialSource } from './credentials.ts';
import { awsEndpoint } from './endpoints.ts';
import { send, sendAndRead } from './http.ts';
import { sha256Hex, sign } from './sign.ts';

export interface WireService {
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly endpoint?: string;
}

/** The text of a secret. Rejects with WireError. */
export async function getSecret(service: WireService, secretId: string): Promise<string> {
  const answer = await callJson(service, 'secretsmanager', 'secretsmanager.GetSecretValue', {
    SecretId: secretId,
  });
  return (answer as { SecretString?: string }).SecretString ?? '';
}

/** What a job was submitted with and its container cannot see. */
export interface SubmittedJob {
  /** Batch puts them only into commands. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly vcpus?: number;
  readonly memoryMiB?: number;
}

/** A job as Batch has it. Rejects with WireError. */
export async function getJob(service: WireService, jobId: string): Promise<SubmittedJob> {
  const answer = await post(
    service,
    'batch',
    '/v1/describejobs',
    { 'content-type': 'application/json' },
    { jobs: [jobId] },
  );
  const [job] = (answer as { jobs?: readonly DescribedJob[] }).jobs ?? [];
  const needs = (type: string): number | undefined => {
    const value = job?.container?.resourceRequirements?.find(each => each.type === type)?.value;
    return value === undefined ? undefined : Number(value);
  };
  const vcpus = needs('VCPU') ?? job?.container?.vcpus;
  const memoryMiB = needs('MEMORY') ?? job?.container?.memory;
  return {
    parameters: job?.parameters ?? {},
    ...(vcpus === undefined ? {} : { vcpus }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
  };
}

/** What Batch says of a job's state. */
export interface JobOutcome {
  readonly jobId: string;
  readonly status: string;
  readonly exitCode?: number;
  readonly reason?: string;
}

/** Up to 100 jobs, or nodes of one; unknown ones are left out. Rejects with WireError. */
export async function jobStates(service: WireService, jobIds: readonly string[]): Promise<JobOutcome[]> {
  const headers = { 'content-type': 'application/json' };
  const answer = await post(service, 'batch', '/v1/describejobs', headers, { jobs: jobIds });
  return ((answer as { jobs?: readonly DescribedJob[] }).jobs ?? []).map(
    ({ jobId, status, container, statusReason }) => {
      const exitCode = container?.exitCode;
      const reason = container?.reason ?? statusReason;
      return {
        jobId,
        status,
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(reason ? { reason } : {}),
      };
    },
  );
}

interface DescribedJob {
  readonly jobId: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly parameters?: Record<string, string>;
  readonly container?: {
    readonly vcpus?: number;
    readonly memory?: number;
    readonly exitCode?: number;
    readonly reason?: string;
    readonly resourceRequirements?: readonly { readonly type: string; readonly value: string }[];
  };
}

/** A call of AWS's JSON protocol: `logs`, `Logs_20140328.GetLogEvents`. ECR's host is not its name. Rejects with WireError. */
export const callJson = (
  service: WireService,
  name: string,
  target: string,
  input: object,
  hostName = name,
): Promise<unknown> =>
  post(
    service,
    name,
    '/',
    { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    input,
    hostName,
  );

async function post(
  service: WireService,
  name: string,
  path: string,
  headers: Record<string, string>,
  input: object,
  hostName = name,
): Promise<unknown> {
  const { origin, host } = new URL(service.endpoint ?? awsEndpoint(hostName, service.region));
  const body = Buffer.from(JSON.stringify(input));
  const request = {
    method: 'POST',
    host,
    path,
    query: {},
    headers,
    payload: sha256Hex(body),
    region: service.region,
    service: name,
  };
  const { body: text } = await sendAndRead(() =>
    send({
      origin,
      target: path,
      method: 'POST',
      body,
      headers: async () => sign(request, await service.credentials(), new Date()),
    }),
  );
  return JSON.parse(text.toString('utf8') || '{}') as unknown;
}
