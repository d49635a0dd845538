import { Writable } from 'node:stream';

/**
 * Takes stdout for JSON-RPC. From then on whatever else writes to `process.stdout` (a dependency's `console.log`, a
 * stray debug line) lands on stderr, where it cannot corrupt the protocol. Call it before loading anything else.
 * @returns the only way left to the real stdout; an error there (the client is gone) destroys it
 */
export function claimStdout(): Writable {
  const write = process.stdout.write.bind(process.stdout);
  const wire = new Writable({ write: (chunk, _encoding, done) => void write(chunk, done), decodeStrings: true });
  process.stdout.on('error', (error) => wire.destroy(error));
  // A client that closed our stderr must not bring the server down.
  process.stderr.on('error', () => {});
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  return wire;
}
