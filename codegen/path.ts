/** A path without the names of its parameters: what tells two operations of one method apart on the wire. */
export function pathShape(path: string): string {
  return path.replaceAll(/\{[^}]*\}/g, '{}');
}

/** What tells two operations apart on the wire: `POST /api/v1/users/{}`. */
export function requestOf(method: string, path: string): string {
  return `${method} ${pathShape(path)}`;
}
