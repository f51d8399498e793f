import {
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';

/** One page of ListObjectsV2. */
export const objectPage = (
  client: S3Client,
  query: ListObjectsV2CommandInput,
): Promise<ListObjectsV2CommandOutput> => client.send(new ListObjectsV2Command(query));

/** ListObjectsV2, page after page, as they are asked for. */
export async function* objectPages(
  client: S3Client,
  query: Omit<ListObjectsV2CommandInput, 'ContinuationToken'>,
): AsyncIterable<ListObjectsV2CommandOutput> {
  let token: string | undefined;
  do {
    const page = await objectPage(client, { ...query, ...(token ? { ContinuationToken: token } : {}) });
    yield page;
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token);
}
