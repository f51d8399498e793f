import type { IncomingMessage, ServerResponse } from 'node:http';

/** The part of EC2's instance metadata (IMDSv2) that tells of a spot notice, for every simulated instance. */
export interface InstanceMetadata {
  /** Where an instance's metadata is: the value of AWS_EC2_METADATA_SERVICE_ENDPOINT. */
  path(instance: string): string;
  /** An instance gets its notice: it goes at that time. */
  notice(instance: string, time: Date): void;
  /** Calls `act` when an instance gets its notice, at once where it has it. Answers how to call it off. */
  onNotice(instance: string, act: () => void): () => void;
  /** Answers a request below `path`; false when the request is for something else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

const prefix = '/_lab/metadata/';
const token = 'AQAEA-twin';

export function instanceMetadata(): InstanceMetadata {
  const notices = new Map<string, string>();
  const listeners = new Map<string, Set<() => void>>();
  return {
    path: instance => `${prefix}${instance}`,
    notice: (instance, time) => {
      const action = { action: 'terminate', time: time.toISOString().replace(/\.\d+Z$/, 'Z') };
      notices.set(instance, JSON.stringify(action));
      for (const act of listeners.get(instance) ?? []) act();
    },
    onNotice: (instance, act) => {
      const here = listeners.get(instance) ?? new Set();
      listeners.set(instance, here.add(act));
      if (notices.has(instance)) act();
      return () => {
        here.delete(act);
        if (here.size === 0) listeners.delete(instance);
      };
    },
    handle(request, response) {
      const url = request.url ?? '';
      if (!url.startsWith(prefix)) return false;
      const [instance = ''] = url.slice(prefix.length).split('/', 1);
      const path = url.slice(prefix.length + instance.length);
      const answer = (status: number, text = ''): true => {
        response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
        return true;
      };
      if (path === '/latest/api/token') return request.method === 'PUT' ? answer(200, token) : answer(405);
      if (request.headers['x-aws-ec2-metadata-token'] !== token) return answer(401);
      if (path === '/latest/meta-data/instance-id') return answer(200, instance);
      const notice = notices.get(instance);
      if (path === '/latest/meta-data/spot/instance-action' && notice) return answer(200, notice);
      return answer(404);
    },
  };
}
