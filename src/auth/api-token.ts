import type { Secret } from '../secret.js';
import type { AuthStrategy } from './strategy.js';

/** An Okta API token: no scopes, no expiry we could see, the rights of the person who created it. */
export function apiTokenStrategy(token: Secret): AuthStrategy {
  return {
    name: 'api-token',
    credential: 'api-token',
    async authenticate(attempt) {
      attempt.headers.set('authorization', `SSWS ${token.reveal()}`);
    },
    recover: async () => false,
    granted: () => undefined,
    onChange: () => () => {},
    close: async () => {},
  };
}
