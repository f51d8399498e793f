import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SsoSession } from '../../contract/ports/account.ts';

/** Where the AWS CLI keeps a user's profiles and sessions. */
export interface ProfileFiles {
  /** The user's home; without it there are no sessions. */
  readonly home?: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly profile?: string;
}

/**
 * When the SSO session of the profile ends, as the AWS CLI has written it down; of its file only the dates are used.
 * Undefined where the profile has none. Source: docs.aws.amazon.com/sdkref, feature-sso-credentials.
 */
export async function readSsoSession(files: ProfileFiles): Promise<SsoSession | undefined> {
  const { home, environment } = files;
  if (!home || (!files.profile && environment.AWS_ACCESS_KEY_ID)) return undefined;
  const text = await read(environment.AWS_CONFIG_FILE ?? join(home, '.aws', 'config'));
  if (text === undefined) return undefined;
  const sections = parseProfiles(text);
  const found = sessionOf(sections, files.profile ?? environment.AWS_PROFILE ?? 'default');
  if (!found) return undefined;
  // The cache's file is named by the session, or by the start address where the profile has no session.
  const file = `${createHash('sha1').update(found.cacheKey).digest('hex')}.json`;
  const cached = await read(join(home, '.aws', 'sso', 'cache', file));
  if (cached === undefined) return { name: found.name, expiresAt: new Date(0), renewable: false };
  const { expiresAt, refreshToken, registrationExpiresAt } = JSON.parse(cached) as Record<string, string>;
  const end = new Date(expiresAt ?? 0);
  const registered = registrationExpiresAt ? new Date(registrationExpiresAt) : undefined;
  const renewable = refreshToken !== undefined && registered !== undefined && registered > end;
  return { name: found.name, expiresAt: end, renewable };
}

type Sections = ReadonlyMap<string, Readonly<Record<string, string>>>;

function sessionOf(
  sections: Sections,
  profile: string,
  depth = 0,
): { readonly name: string; readonly cacheKey: string } | undefined {
  const section = sections.get(profile === 'default' ? 'default' : `profile ${profile}`);
  if (!section || depth > 5) return undefined;
  if (section.sso_session) return { name: section.sso_session, cacheKey: section.sso_session };
  if (section.sso_start_url) return { name: '', cacheKey: section.sso_start_url };
  return section.source_profile ? sessionOf(sections, section.source_profile, depth + 1) : undefined;
}

function parseProfiles(text: string): Sections {
  const sections = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[\s*(.+?)\s*\]/.exec(line)?.[1];
    if (head !== undefined) {
      current = sections.get(head) ?? {};
      sections.set(head.replace(/\s+/g, ' '), current);
      continue;
    }
    const pair = /^\s*([A-Za-z_]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (pair) current[pair[1]!] = pair[2]!;
  }
  return sections;
}

const read = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
