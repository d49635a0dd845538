/** Reads a header value from left to right: each call matches one sticky (`y`) pattern where the last match ended. */
export function headerScanner(value: string): (pattern: RegExp) => RegExpExecArray | null {
  let at = 0;
  return (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(value);
    if (found) at = pattern.lastIndex;
    return found;
  };
}
