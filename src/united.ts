interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas?: Readonly<Record<string, unknown>>;
    readonly parameters?: Readonly<Record<string, unknown>>;
  };
}

interface Operation {
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

/**
 * Several of Okta's documents as one: the first whole, of the others what an `okta.*` scope reaches, since the rest is the
 * OAuth protocol. A name means the same in all of them; `spec:import` sees to that.
 */
export function united(documents: readonly object[]): object {
  const [first, ...others] = documents as readonly Document[];
  if (first === undefined) throw new Error('There is no specification');
  const rest = others.map(({ paths, components }) => ({ paths: administered(paths), components }));
  const all = [first, ...rest];
  return {
    ...first,
    paths: Object.assign({}, ...all.map(({ paths }) => paths)),
    components: {
      ...first.components,
      schemas: Object.assign({}, ...all.map(({ components }) => components.schemas)),
      parameters: Object.assign({}, ...all.map(({ components }) => components.parameters)),
    },
  };
}

function administered(paths: Document['paths']): Document['paths'] {
  const kept = Object.entries(paths).flatMap(([path, item]) => {
    const methods = Object.entries(item).filter(([, { security = [] }]) =>
      security.some(({ oauth2 = [] }) => oauth2.some((scope) => scope.startsWith('okta.'))),
    );
    return methods.length === 0 ? [] : [[path, Object.fromEntries(methods)] as const];
  });
  return Object.fromEntries(kept);
}
