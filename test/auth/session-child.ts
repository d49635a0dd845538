import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { nativeAppStrategy } from '../../src/auth/native-app.js';
import { Secret } from '../../src/secret.js';
import { silent } from './scratch.js';

// A server that shares its stored session with others. Each line of stdin is a command, each answer a line of stdout.
const { orgUrl, directory, key, scopes, clientId } = JSON.parse(process.argv[2]!) as Record<string, string>;
let ahead = 0;
const strategy = nativeAppStrategy(
  {
    orgUrl: orgUrl!,
    scopes: scopes!.split(' '),
    auth: {
      strategy: 'device',
      clientId: clientId!,
      dpop: 'auto',
      store: { kind: 'file', key: new Secret(key!), directory: directory! },
      browser: false,
    },
  },
  { fetch: globalThis.fetch, now: () => Date.now() + ahead, log: silent },
);
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('advance ')) ahead += Number(line.slice(8));
  else {
    const attempt = new Request(orgUrl!);
    const said = await strategy.authenticate(attempt, {}).then(
      () => createHash('sha256').update(attempt.headers.get('authorization')!).digest('hex'),
      (error: { code: string }) => error.code,
    );
    process.stdout.write(`${said}\n`);
  }
}
await strategy.close();
process.exit(0);
