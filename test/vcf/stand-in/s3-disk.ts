import { containerWorld } from '../../../containers/runtime/world.ts';
import { parseS3Uri } from '../../../jobs/vcf/s3-uri.ts';
import type { Disk } from './disk.ts';

const store = (bucket: string, environment: NodeJS.ProcessEnv) =>
  containerWorld(environment, () => {}).store(bucket);

export async function s3Read(uri: string, environment: NodeJS.ProcessEnv): Promise<Buffer | undefined> {
  const { bucket, key } = parseS3Uri(uri)!;
  return store(bucket, environment).get(key);
}

/** A dataset on S3, as whoever the process is: what its role may not do is refused. */
export function s3Disk(uri: string, environment: NodeJS.ProcessEnv): Disk {
  const { bucket, key: root } = parseS3Uri(`${uri.replace(/\/+$/, '')}/`)!;
  const bucketStore = store(bucket, environment);
  return {
    get: key => bucketStore.get(`${root}${key}`),
    put: async (key, body) => void (await bucketStore.put(`${root}${key}`, body)),
    list: async prefix => {
      const keys: string[] = [];
      for await (const { key } of bucketStore.list(`${root}${prefix}`)) keys.push(key.slice(root.length));
      return keys;
    },
    remove: () => Promise.reject(new Error('nothing is removed here')),
  };
}
