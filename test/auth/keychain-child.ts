import { keychainStore } from '../../src/auth/keychain-store.js';

// One step against the real keychain: `write <text>`, `read` or `remove`. Run as a process.
const [step, text] = process.argv.slice(2);
const store = keychainStore();
const id = 'okta-mcp-test';
try {
  if (step === 'write') await store.write(id, { refreshToken: text!, dpopKey: { kty: 'EC', d: 'x' } });
  if (step === 'remove') await store.remove(id);
  process.stdout.write(`${JSON.stringify((await store.read(id)) ?? null)}\n`);
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
}
process.exit(0);
