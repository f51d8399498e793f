import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { send } from './load.ts';
import { base64, bucket, createBucket, request } from './loads.ts';
import { keys, kinds, start } from './servers.ts';

const MiB = 2 ** 20;
const partBytes = 64 * MiB;
const parts = 160;
const wholeBytes = 5 * 1024 * MiB;

/** The most memory that the twin holds while 5 GiB come in at once, and 10 GiB in parts, and each goes out again. */
export async function memory(projectRoot: string, _rounds: number): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'lab-bench-memory-'));
  const [twin] = kinds(projectRoot, root);
  const server = await start(twin!, join(root, 'data'));
  const { port } = server;
  const s3 = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: keys,
    forcePathStyle: true,
    requestHandler: { requestTimeout: 0 },
  });
  const rows: string[] = [];
  const timed = async (what: string, bytes: number, work: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await work();
    const seconds = (performance.now() - began) / 1000;
    const speed = `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`.padStart(10);
    rows.push(`  ${what.padEnd(40)}${speed}   peak so far ${server.peakMiB().toFixed(0).padStart(5)} MiB`);
  };
  try {
    await send(port, [createBucket(port)], 1);
    rows.push(`  ${'at rest'.padEnd(53)}peak so far ${server.peakMiB().toFixed(0).padStart(5)} MiB`);
    const piece = randomBytes(MiB);
    const whole = Array.from({ length: wholeBytes / MiB }, () => piece);
    const sum = whole.reduce((before, each) => crc32(each, before), 0);
    const headers = { 'x-amz-checksum-crc32': base64(sum) };
    await timed('5 GiB in one PUT', wholeBytes, () =>
      send(port, [request(port, 'PUT', 'whole', whole, headers)], 1),
    );
    await timed('and out', wholeBytes, () =>
      send(port, [{ ...request(port, 'GET', 'whole', []), crc32: sum }], 1),
    );
    await rm(join(root, 'data', bucket, 'whole'));
    const part = whole.slice(0, partBytes / MiB);
    const md5 = createHash('md5');
    for (const each of part) md5.update(each);
    const ETag = `"${md5.digest('hex')}"`;
    const at = { Bucket: bucket, Key: 'parts' };
    const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand(at));
    const numbers = Array.from({ length: parts }, (_, i) => i + 1);
    const puts = numbers.map(number => {
      const query = { partNumber: String(number), uploadId: UploadId };
      return request(port, 'PUT', 'parts', part, {}, 'UNSIGNED-PAYLOAD', query);
    });
    await timed('10 GiB in 160 parts, 4 at a time', parts * partBytes, () => send(port, puts, 4));
    const MultipartUpload = { Parts: numbers.map(PartNumber => ({ PartNumber, ETag })) };
    await timed('their completion', parts * partBytes, () =>
      s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload })),
    );
    const { ContentLength } = await s3.send(new HeadObjectCommand(at));
    if (ContentLength !== parts * partBytes) throw new Error(`the object has ${ContentLength} bytes`);
    await timed('and out', parts * partBytes, () => send(port, [request(port, 'GET', 'parts', [])], 1));
  } finally {
    s3.destroy();
    await server.stop();
    await rm(root, { recursive: true, force: true });
  }
  return ['memory of the twin (VmHWM):', ...rows, ''].join('\n');
}
