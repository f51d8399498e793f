import type { Endpoint } from '../aws/endpoint.ts';
import type { Account } from '../contract/ports/account.ts';
import type { Context } from './context.ts';

/**
 * The account behind an endpoint, with the user's own profile files for when an SSO session ends. Its clients are
 * loaded when they are asked for: EC2's alone would double the time that every verb takes to start.
 */
export async function accountOf(context: Context, endpoint: Endpoint): Promise<Account> {
  const { sdkAccount } = await import('../aws/account.ts');
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
