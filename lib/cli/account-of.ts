import { sdkAccount } from '../aws/account.ts';
import type { Endpoint } from '../aws/endpoint.ts';
import type { Account } from '../spec/account.ts';
import type { Context } from './context.ts';

/** The account behind an endpoint, with the user's own profile files for when an SSO session ends. */
export function accountOf(context: Context, endpoint: Endpoint): Account {
  const { environment, profile } = context;
  const home = environment.HOME ?? environment.USERPROFILE ?? '';
  return sdkAccount(endpoint, { home, environment, ...(profile ? { profile } : {}) });
}
