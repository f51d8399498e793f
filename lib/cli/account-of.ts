import { sdkAccount } from '../aws/account.ts';
import type { Endpoint } from '../aws/endpoint.ts';
import type { Account } from '../spec/account.ts';
import type { Context } from './context.ts';

/** The account behind an endpoint, with the user's own profile files for when an SSO session ends. */
export function accountOf(context: Context, endpoint: Endpoint): Account {
  // The twin's keys are its own: no session of the user's is behind them.
  if (context.local) return sdkAccount(endpoint, { environment: {} });
  const { environment, profile } = context;
  const home = environment.HOME ?? environment.USERPROFILE;
  return sdkAccount(endpoint, {
    environment,
    ...(home ? { home } : {}),
    ...(profile ? { profile } : {}),
  });
}
