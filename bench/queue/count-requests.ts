import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';

/** What a process has asked of AWS's services, and what CPU it took: `--import` it, and ask for it by a message. */
export interface Used {
  readonly cpuMs: number;
  /** What of it was not the kernel's, which sends and receives for both sides of a loopback. */
  readonly userMs: number;
  /** Requests by service, as their signatures name it. */
  readonly requests: Readonly<Record<string, number>>;
}

const requests: Record<string, number> = {};
const original = http.request;
http.request = ((...given: Parameters<typeof original>) => {
  const request = original(...given);
  request.once('finish', () => {
    const service = /\/(\w+)\/aws4_request/.exec(String(request.getHeader('authorization')))?.[1] ?? 'other';
    requests[service] = (requests[service] ?? 0) + 1;
  });
  return request;
}) as typeof original;
syncBuiltinESMExports();

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000, userMs: user / 1000, requests } satisfies Used);
});
process.channel?.unref();
