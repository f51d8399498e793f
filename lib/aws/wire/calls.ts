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

/** The parameters that a job was submitted with: Batch puts them only into commands. */
export async function getJobParameters(
  service: WireService,
  jobId: string,
): Promise<Readonly<Record<string, string>>> {
  const answer = await post(
    service,
    'batch',
    '/v1/describejobs',
    { 'content-type': 'application/json' },
    { jobs: [jobId] },
  );
  return (answer as { jobs?: { parameters?: Record<string, string> }[] }).jobs?.[0]?.parameters ?? {};
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
