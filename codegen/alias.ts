import type { Problem } from './errors.js';
import type { Entry } from './slice.js';

/** A former name must lead to one tool only: it is no tool's present name and nobody else's former one. */
export function aliasProblems(entries: readonly Entry[]): Problem[] {
  const owners = new Map(entries.map(({ name }) => [name, `the name of a tool`]));
  return entries.flatMap(({ name, config, problem }) =>
    config.aliases.flatMap((alias, index) => {
      const owner = owners.get(alias);
      owners.set(alias, `an alias of ${name} already`);
      return owner === undefined ? [] : [problem(['aliases', index], `the alias "${alias}" is ${owner}`)];
    }),
  );
}
