/** How long a twin that is busy is waited for. */
const mostMs = 15_000;

/**
 * Whether a twin answers at this address; nobody listens where a killed one was, which is told at once. By Node's plain client: its
 * `fetch` is megabytes, and a tenth of a call's processor time, for one request.
 */
export function isHealthy(url: string): Promise<boolean> {
  // An import would evaluate all that the module exports, `fetch` among it.
  const { get } = process.getBuiltinModule('node:http');
  return new Promise(done => {
    const call = get(`${url}/_lab/health`, { agent: false, signal: AbortSignal.timeout(mostMs) }, answer => {
      answer.resume();
      done(answer.statusCode === 200);
    });
    call.once('error', () => done(false));
  });
}
