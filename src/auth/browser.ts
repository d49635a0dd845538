import { spawn } from 'node:child_process';

/** Starts a program and forgets it; its failure is nobody's business. */
export type Launch = (command: string, args: readonly string[]) => void;

/** Opens pages in the browser of the person at this machine. The address is passed as an argument, never to a shell. */
export function browserOpener(platform: NodeJS.Platform = process.platform, launch: Launch = launchDetached) {
  return (uri: string): void => {
    if (platform === 'darwin') launch('open', [uri]);
    else if (platform === 'win32') launch('rundll32', ['url.dll,FileProtocolHandler', uri]);
    else launch('xdg-open', [uri]);
  };
}

function launchDetached(command: string, args: readonly string[]): void {
  const child = spawn(command, args, { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}
