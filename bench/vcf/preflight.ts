import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { lookAtAll } from '../../jobs/vcf/look-at-all.ts';
import { peekOf } from '../../jobs/vcf/peek-of.ts';
import { fixedKeys } from '../../lib/aws/wire/credentials.ts';
import { objectStore } from '../../lib/aws/wire/object-store.ts';

const files = 10_000;
const inTurn = 500;
const delayMs = 20;

/**
 * All that is looked at before a submission of 10,000 URIs, at 20 ms a request: ours, and a loop that asks for the head of
 * each file and of its index one after the other, over 500 of them.
 */
export async function vcfPreflight(): Promise<string> {
  const s3 = new Worker(new URL('./slow-s3.ts', import.meta.url), { workerData: { files, delayMs } });
  const answer = async (): Promise<unknown> => (await once(s3, 'message'))[0];
  try {
    const store = objectStore({
      bucket: 'lab',
      region: 'us-east-1',
      endpoint: (await answer()) as string,
      credentials: fixedKeys({ accessKeyId: 'AKIABENCH', secretAccessKey: 'of-the-bench' }),
    });
    const lines = Array.from({ length: files }, (_, i) => ({ uri: `s3://lab/vcf/${i}.vcf.gz` }));
    const began = performance.now();
    const { files: seen, problems } = await lookAtAll(
      peekOf(() => store),
      lines,
      { indexTimes: 'check' },
    );
    const ours = performance.now() - began;
    if (problems.length > 0 || seen.some(file => file?.records !== 10)) throw new Error('files are wrong');
    s3.postMessage('requests');
    const asked = (await answer()) as number;
    const loopBegan = performance.now();
    for (const { uri } of lines.slice(0, inTurn))
      for (const key of [uri, `${uri}.csi`]) await store.head(key.slice('s3://lab/'.length));
    const loop = ((performance.now() - loopBegan) * files) / inTurn;
    return [
      `Preflight of ${files.toLocaleString('en')} files at ${delayMs} ms a request`,
      `ours: ${(ours / 1000).toFixed(1)} s, ${(asked / files).toFixed(2)} requests a file: header, index, counts`,
      `one HEAD after the other, file and index (from ${inTurn}): ${(loop / 1000).toFixed(0)} s, ${(loop / ours).toFixed(0)} times as long`,
      '',
    ].join('\n');
  } finally {
    await s3.terminate();
  }
}
