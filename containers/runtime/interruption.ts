import { request } from 'node:http';

/**
 * Aborted at SIGTERM (a timeout, a cancel) and at a spot notice: Batch gives containers no signal for that one, so the
 * instance's metadata is asked every five seconds, where it answers.
 */
export function watchInterruption(
  environment: Readonly<Record<string, string | undefined>>,
  log: (line: string) => void,
): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const abort = (why: string): void => {
    if (controller.signal.aborted) return;
    log(`stopping: ${why}`);
    controller.abort(why);
  };
  const onTerm = (): void => abort('SIGTERM');
  process.on('SIGTERM', onTerm);
  const timer =
    environment.AWS_EC2_METADATA_DISABLED === 'true'
      ? undefined
      : setInterval(() => void look(abort), 5000).unref();
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGTERM', onTerm);
      clearInterval(timer);
    },
  };
}

async function look(abort: (why: string) => void): Promise<void> {
  const token = await metadata('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': '60' });
  if (token === undefined) return;
  const action = await metadata('GET', '/latest/meta-data/spot/instance-action', {
    'x-aws-ec2-metadata-token': token,
  });
  if (action !== undefined) abort(`spot notice ${action}`);
}

/** The answer's text; undefined when there is none or it is no 200. */
export function metadata(
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<string | undefined> {
  // As the SDKs have it: the twin's instances have their metadata elsewhere.
  const base = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? 'http://169.254.169.254';
  return new Promise(done => {
    const call = request(`${base}${path}`, { method, headers, timeout: 1000 }, response => {
      let text = '';
      response.on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => done(response.statusCode === 200 ? text : undefined));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => done(undefined));
    call.end();
  });
}
