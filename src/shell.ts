/** What a command needs from the process. Commands read nothing else of it. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  readonly version: string;
}
