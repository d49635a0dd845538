import { decodeJwt } from 'jose';

/** What a request carried that may be used once, and whether this was the first time. */
export interface Sighting {
  readonly dpop?: { readonly jti: string; readonly first: boolean };
  readonly assertion?: { readonly jti: string; readonly first: boolean };
}

/** Remembers every `jti` from its arrival on, whatever became of the request: a retry after 429 or 500 needs a new one. */
export class SingleUse {
  /** Those that came again, `dpop <jti>` or `assertion <issuer> <jti>`; a client without faults leaves this empty. */
  readonly repeated: string[] = [];
  readonly #seen = new Set<string>();

  see(headers: Headers, form?: URLSearchParams): Sighting {
    const proof = claims(headers.get('dpop'));
    const assertion = claims(form?.get('client_assertion'));
    return {
      ...(proof?.jti !== undefined && { dpop: { jti: proof.jti, first: this.#first(`dpop ${proof.jti}`) } }),
      ...(assertion?.jti !== undefined && {
        assertion: { jti: assertion.jti, first: this.#first(`assertion ${assertion.iss} ${assertion.jti}`) },
      }),
    };
  }

  #first(key: string): boolean {
    const first = !this.#seen.has(key);
    if (first) this.#seen.add(key);
    else this.repeated.push(key);
    return first;
  }
}

function claims(jwt: string | null | undefined) {
  try {
    return jwt ? decodeJwt(jwt) : undefined;
  } catch {
    return undefined;
  }
}
