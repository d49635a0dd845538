import type { Secret } from '../secret.js';
import type { AuthStrategy } from './strategy.js';

/** The access token the embedded demo org handed out for `scopes`; it does not expire. */
export function demoStrategy(token: Secret, scopes: readonly string[]): AuthStrategy {
  return {
    name: 'demo',
    credential: 'oauth',
    async authenticate(attempt) {
      attempt.headers.set('authorization', `Bearer ${token.reveal()}`);
    },
    recover: async () => false,
    granted: () => scopes,
    onChange: () => () => {},
    close: async () => {},
  };
}
