import { once } from '../../lib/aws/wire/http.ts';

/**
 * What the EC2 instance's metadata says of each path below /latest/meta-data/, by IMDSv2; undefined where there is no answer
 * or it is no 200. A second at most for each request.
 */
export async function askMetadata(
  environment: Readonly<Record<string, string | undefined>>,
  ...paths: readonly string[]
): Promise<readonly (string | undefined)[]> {
  if (environment.AWS_EC2_METADATA_DISABLED === 'true') return [];
  // As the SDKs have it: the twin's instances have their metadata elsewhere.
  const base = environment.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254';
  const token = await call('PUT', `${base}/latest/api/token`, {
    'x-aws-ec2-metadata-token-ttl-seconds': '60',
  });
  if (token === undefined) return [];
  return Promise.all(
    paths.map(path => call('GET', `${base}/latest/meta-data/${path}`, { 'x-aws-ec2-metadata-token': token })),
  );
}

async function call(
  method: string,
  url: string,
  headers: Record<string, string>,
): Promise<string | undefined> {
  const { origin, pathname, search } = new URL(url);
  const request = { origin, target: pathname + search, method, headers: async () => headers };
  try {
    const answer = await once(request, 1000);
    const body = await answer.bytes();
    return answer.status === 200 ? body.toString('utf8') : undefined;
  } catch {
    return undefined;
  }
}
