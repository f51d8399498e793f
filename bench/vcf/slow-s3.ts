import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { makeSample } from '../../test/vcf/sample-files.ts';

/**
 * An S3 in a thread of its own that knows GETs and HEADs of `<n>.vcf.gz` and its index alone, by range, each after `delayMs`. It
 * says its address first, and how many requests it had when it is asked.
 */
const { files, delayMs } = workerData as { readonly files: number; readonly delayMs: number };
const made = Array.from({ length: files }, (_, i) => makeSample(`s${i}`));
let requests = 0;
const server = createServer(async (request, response) => {
  requests++;
  await sleep(delayMs);
  const [, number, suffix] = /\/(\d+)\.vcf\.gz(\.csi)?$/.exec(request.url ?? '') ?? [];
  const sample = made[Number(number ?? -1)];
  const body = suffix ? sample?.index : sample?.file;
  if (!body) {
    response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    return;
  }
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const part = first === undefined ? body : body.subarray(Number(first), Number(last) + 1);
  const end = Number(first ?? 0) + part.length - 1;
  response
    .writeHead(first === undefined ? 200 : 206, {
      'content-length': part.length,
      etag: '"e"',
      'last-modified': new Date(0).toUTCString(),
      ...(first === undefined ? {} : { 'content-range': `bytes ${first}-${end}/${body.length}` }),
    })
    .end(request.method === 'HEAD' ? undefined : part);
});
server.listen(0, '127.0.0.1', () =>
  parentPort!.postMessage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
parentPort!.on('message', () => parentPort!.postMessage(requests));
