import type { ServerResponse } from 'node:http';
import type { SignedRequest } from '../http/service.ts';
import { breakAnswer, type Damage } from './broken-answer.ts';
import { chance } from './chance.ts';
import type { Faults, RequestFault } from './config.ts';
import { faultError } from './fault-errors.ts';
import { actionOf, pathOf } from './request-names.ts';

/**
 * Called with every verified request before its service is. Throws the error that is to be answered, breaks the answer that
 * the service will give, or answers itself: true then, and the service is not asked.
 */
export type Intercept = (service: string, request: SignedRequest, response: ServerResponse) => boolean;

const ofBodies = ['short-body', 'wrong-length', 'stall', 'bit-flip'];

/**
 * The faults of requests and the limits of their rates, by this machine's time in ms. Storms go by `stormTime`, which in a
 * rehearsal is another; the first one begins at its first value.
 */
export function requestFaults(
  faults: Faults,
  now: () => number = Date.now,
  stormTime: () => number = now,
): Intercept {
  const started = stormTime();
  const seen = faults.requests.map(() => ({ matched: 0, struck: 0 }));
  const isThrottled = rateLimits(faults, now);

  const strikes = (rule: RequestFault, index: number): number | undefined => {
    const count = seen[index]!;
    const nth = count.matched++;
    if (nth < rule.skip || count.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) return undefined;
    if (rule.storm && (stormTime() - started) % rule.storm.everyMs >= rule.storm.forMs) return undefined;
    if (chance(faults.seed, 'request', index, nth) >= rule.probability) return undefined;
    count.struck++;
    return chance(faults.seed, 'where', index, nth);
  };

  return (service, request, response) => {
    if (isThrottled(service)) throw faultError('throttle', service)!;
    const action = actionOf(service, request);
    for (const [index, rule] of faults.requests.entries()) {
      if (!matches(rule, service, action, pathOf(service, request))) continue;
      const at = strikes(rule, index);
      if (at !== undefined) return act(rule, at, service, request, response);
    }
    return false;
  };
}

function act(
  { fault }: RequestFault,
  at: number,
  service: string,
  request: SignedRequest,
  response: ServerResponse,
): boolean {
  const error = faultError(fault, service);
  if (error) throw error;
  if (fault === 'reset') {
    request.http.socket.resetAndDestroy();
    return true;
  }
  if (fault === 'lying-completion') {
    const body =
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>';
    response
      .writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) })
      .end(body);
    return true;
  }
  breakAnswer(response, { fault: fault as Damage['fault'], at });
  return false;
}

function matches(rule: RequestFault, service: string, action: string, path: string): boolean {
  const wanted = rule.action ?? (ofBodies.includes(rule.fault) ? 'GetObject' : undefined);
  return (
    (rule.service === undefined || rule.service === service) &&
    (wanted === undefined || wanted.toLowerCase() === action.toLowerCase()) &&
    (rule.path === undefined || path.startsWith(rule.path)) &&
    (rule.fault !== 'lying-completion' || action === 'CompleteMultipartUpload')
  );
}

/** A bucket of tokens for each service: as many at once as a second gives. */
function rateLimits({ rates }: Faults, now: () => number): (service: string) => boolean {
  const buckets = new Map(rates.map(rate => [rate.service, { rate, tokens: rate.perSecond, at: now() }]));
  return service => {
    const bucket = buckets.get(service);
    if (!bucket) return false;
    const { perSecond } = bucket.rate;
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((now() - bucket.at) / 1000) * perSecond);
    bucket.at = now();
    if (bucket.tokens < 1) return true;
    bucket.tokens--;
    return false;
  };
}
