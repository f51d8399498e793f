import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import { connection } from '../../lib/cli/connection.ts';
import type { Connection } from '../../lib/cli/context.ts';
import { datasetStores } from '../../lib/cli/input/dataset-stores.ts';
import { lookAtInputs } from '../../lib/cli/input/look-at-inputs.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import type { Dataset } from '../../lib/contract/workload/config.ts';
import { scriptedServer } from '../aws/wire/scripted-server.ts';

const page =
  '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a/1</Key><Size>1</Size></Contents></ListBucketResult>';

/** The headers with which a bucket is listed, as a person with the members' policy. */
async function asked(dataset: Partial<Dataset> & Pick<Dataset, 'access'>) {
  const seen: Record<string, string | string[] | undefined>[] = [];
  const server = await scriptedServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(200, { 'content-type': 'application/xml' }).end(page);
  });
  try {
    const credentials = { accessKeyId: 'AKIAMEMBER', secretAccessKey: 's' };
    const deployment = { outputBucket: 'out', logGroup: 'l', eventLogGroup: 'e' } as never;
    const { storeOf } = connection(
      { region: 'us-east-1', url: server.url, credentials },
      deployment,
      undefined,
      [{ bucket: 'theirs', region: 'eu-west-1', prefix: '', ...dataset } as Dataset],
    );
    const keys: string[] = [];
    for await (const each of storeOf('theirs').list('a/')) keys.push(each.key);
    expect(keys).toEqual(['a/1']);
    return seen[0]!;
  } finally {
    await server.stop();
  }
}

it('a list in a dataset’s bucket is asked for in its region', async () => {
  expect((await asked({ access: 'role' })).authorization).toContain('/eu-west-1/s3/');
});

it('of one that is paid for by who asks, with the word for it', async () => {
  expect((await asked({ access: 'requester-pays' }))['x-amz-request-payer']).toBe('requester');
});

it('of a public one, as anyone: a member has no right of their own there', async () => {
  expect((await asked({ access: 'public' })).authorization).toBeUndefined();
});

it('whose keys are the jobs’ alone is not looked at before a submission, and that is said with why', async () => {
  const config = resolveConfig(
    {
      datasets: { hcp: { bucket: 'hcp-openaccess', access: 'keys' } },
      workloads: { rapidtide: { datasets: { '/data_in': 'hcp' } } },
    },
    [rapidtide],
  );
  const asMember = {
    endpoint: { region: 'us-east-1' },
    deployment: { map: { secrets: { hcp: 'arraylab/lab/hcp' } } },
    secrets: {
      get: async () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' })),
    },
  } as object as Connection;
  expect(await lookAtInputs(rapidtide, config, datasetStores(asMember, config))).toEqual({
    problems: [],
    notes: [
      '/data_in: s3://hcp-openaccess/ was not looked at before: its keys are for jobs, and you may not read the secret of hcp; jobs look again',
    ],
  });
});
