/** JSON pointers (RFC 6901) by their reference tokens, still escaped; `*` stands for every item or value. */
export type Pointers = readonly (readonly string[])[];

/** The reference tokens of a pointer. */
export function segments(pointer: string): string[] {
  return pointer.split('/').slice(1);
}

/** What is left of the pointers below a member, or below an item of an array when there is no `token`. */
export function below(open: Pointers, token: string | undefined): Pointers {
  return open
    .filter(([first]) => first === '*' || (token !== undefined && first === token))
    .map((tokens) => tokens.slice(1));
}

/** One of the pointers ends here. */
export function ends(open: Pointers): boolean {
  return open.some((tokens) => tokens.length === 0);
}

/** A name as a reference token. */
export function escapeToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
