/** One thing a person must repair, and where it is. */
export interface Problem {
  /** The file as the person named it. */
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
  /** JSON pointer, where a line is not known. */
  readonly pointer?: string;
  readonly message: string;
  /** The next step, as an imperative. */
  readonly fix?: string;
}

/** Everything that is wrong with the input of one codegen run, at once. */
export class CodegenError extends Error {
  override readonly name = 'CodegenError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(line).join('\n'));
    this.problems = problems;
  }
}

function line({ file, line, pointer, message, fix }: Problem): string {
  const place = line === undefined ? (pointer === undefined ? file : `${file}#${pointer}`) : `${file}:${line}`;
  return `${place} ${message}${fix === undefined ? '' : ` (${fix})`}`;
}
