/** Doors of oidc-provider 9 that have no public name; it ships them and declares no `exports`. */
declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  import type { Adapter } from 'oidc-provider';

  /** The in-memory adapter, one store for all models, without the warning it prints as a default. */
  export function createMemoryAdapter(clockTolerance?: number): (model: string) => Adapter;
}

declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  import type Provider from 'oidc-provider';

  export default function instance(provider: Provider): {
    DPoPNonces: { nextChallenge(): string; checkChallenge(nonce: string): boolean };
  };
}

/** The same class as the package's own export, without the runtime warning its entry prints on Node 20. */
declare module 'oidc-provider/lib/provider.js' {
  export { Provider } from 'oidc-provider';
}
