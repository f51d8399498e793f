import { Socket } from 'node:net';

/** What a process has asked of AWS's services, and what CPU it took: `--import` it, and ask for it by a message. */
export interface Used {
  readonly cpuMs: number;
  /** What of it was not the kernel's, which sends and receives for both sides of a loopback. */
  readonly userMs: number;
  /** Requests by service, as their signatures name it. */
  readonly requests: Readonly<Record<string, number>>;
}

const requests: Record<string, number> = {};
const isHead = /^[A-Z]+ \S+ HTTP\/1\.1\r\n/;
// Whoever sends: the SDK's client is Node's, the one for S3 has sockets of its own. Either writes a head in one piece.
const original = Socket.prototype.write as (this: Socket, ...given: unknown[]) => boolean;
Socket.prototype.write = function (this: Socket, ...given: unknown[]): boolean {
  const [head] = given;
  if (typeof head === 'string' && isHead.test(head)) {
    const service = /\/(\w+)\/aws4_request/.exec(head)?.[1] ?? 'other';
    requests[service] = (requests[service] ?? 0) + 1;
  }
  return original.apply(this, given);
};

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000, userMs: user / 1000, requests } satisfies Used);
});
process.channel?.unref();
