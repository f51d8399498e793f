import type { ImageAnswer } from '../../contract/ports/account.ts';
import { architecturesOf, manifestTypes, splitReference } from './image-manifest.ts';

/**
 * An image of a public registry, over its HTTP API as anyone: `unknown` where it wants a login or is not reached, for
 * the hosts may reach it all the same. Source: OCI distribution specification.
 */
export async function registryImage(uri: string): Promise<ImageAnswer> {
  const { base, path } = registryOf(uri);
  const { repository, reference } = splitReference(path);
  const ask = asker(repository);
  try {
    const answer = await ask(`${base}/v2/${repository}/manifests/${reference}`);
    if (answer.status === 404) return { state: 'missing', message: `${new URL(base).host} does not have it` };
    if (answer.status === 401 || answer.status === 403)
      return { state: 'unknown', why: `${new URL(base).host} wants a login` };
    if (!answer.ok) return { state: 'unknown', why: `${new URL(base).host} answers ${answer.status}` };
    const architectures = await architecturesOf(await answer.text(), async digest =>
      (await ask(`${base}/v2/${repository}/blobs/${digest}`)).text(),
    );
    return { state: 'found', architectures };
  } catch (error) {
    const { message, cause } = error as Error;
    return {
      state: 'unknown',
      why: `${new URL(base).host} is not reached from here: ${(cause as Error | undefined)?.message ?? message}`,
    };
  }
}

/** A name without a host is Docker Hub's; without a namespace, its library's. This machine is asked without TLS. */
function registryOf(uri: string): { readonly base: string; readonly path: string } {
  const slash = uri.indexOf('/');
  const first = slash < 0 ? '' : uri.slice(0, slash);
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost';
  if (!isHost || first === 'docker.io')
    return {
      base: 'https://registry-1.docker.io',
      path: uri.replace(/^docker\.io\//, '').replace(/^([^/]+)$/, 'library/$1'),
    };
  const plain = /^(localhost|127\.0\.0\.1)(:|$)/.test(first);
  return { base: `${plain ? 'http' : 'https'}://${first}`, path: uri.slice(slash + 1) };
}

/** Asks, and once more with the token that a registry gives to anyone. */
function asker(repository: string): (url: string) => Promise<Response> {
  let authorization: string | undefined;
  const get = (url: string): Promise<Response> =>
    fetch(url, {
      headers: { accept: manifestTypes.join(', '), ...(authorization ? { authorization } : {}) },
      signal: AbortSignal.timeout(10_000),
    });
  return async url => {
    const answer = await get(url);
    const challenge = answer.headers.get('www-authenticate');
    if (answer.status !== 401 || authorization || !challenge) return answer;
    const token = await anonymousToken(challenge, repository);
    if (!token) return answer;
    authorization = `Bearer ${token}`;
    return get(url);
  };
}

async function anonymousToken(challenge: string, repository: string): Promise<string | undefined> {
  if (!/^bearer /i.test(challenge)) return undefined;
  const fields = Object.fromEntries(
    [...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)].map(found => [found[1]!.toLowerCase(), found[2]!]),
  );
  if (!fields.realm) return undefined;
  const url = new URL(fields.realm);
  if (fields.service) url.searchParams.set('service', fields.service);
  url.searchParams.set('scope', fields.scope ?? `repository:${repository}:pull`);
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) return undefined;
  const body = (await answer.json()) as { token?: string; access_token?: string };
  return body.token ?? body.access_token;
}
