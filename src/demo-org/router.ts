import type { Exchange, Reply } from './exchange.js';
import type { Operation } from './specification.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Handler = (exchange: Exchange) => Reply;

export interface Route {
  readonly method: Method;
  /** Path template as Okta's specification writes it: `/api/v1/users/{id}`. */
  readonly template: string;
  readonly handler: Handler;
  /** Scopes a Bearer token needs unless the org was given a table; empty on public paths. */
  readonly scopes: readonly string[];
  readonly public?: boolean;
  /** What Okta's specification says about it; absent in an org without one. */
  readonly operation?: Operation;
  /** Its behaviour follows from the specification's shape alone. */
  readonly generic?: boolean;
}

/** Registers a route; reads need the noun's `.read` scope, everything else its `.manage`. */
export type AddRoute = (method: Method, template: string, handler: Handler) => void;

export type Match =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method' }
  | { readonly kind: 'none' };

interface Node {
  readonly literals: Map<string, Node>;
  parameter?: Node;
  readonly routes: Map<string, { readonly route: Route; readonly names: readonly string[] }>;
}

/** Method and path template to handler. A literal segment wins over a parameter: `/groups/rules` over `/groups/{id}`. */
export class Router {
  readonly #root = node();

  /** A registrar for routes of one scope family, such as `okta.users`. */
  under(noun: string): AddRoute {
    return (method, template, handler) =>
      this.add({ method, template, handler, scopes: [`${noun}.${method === 'GET' ? 'read' : 'manage'}`] });
  }

  /** Adds the route, or replaces the one with its method and path. */
  add(route: Route): void {
    let at = this.#root;
    const names: string[] = [];
    for (const segment of route.template.split('/').slice(1)) {
      const name = /^\{(.+)\}$/.exec(segment)?.[1];
      if (name === undefined) {
        const next = at.literals.get(segment) ?? node();
        at.literals.set(segment, next);
        at = next;
      } else {
        names.push(name);
        at.parameter ??= node();
        at = at.parameter;
      }
    }
    at.routes.set(route.method, { route, names });
  }

  /** The route of a method and a path template, whatever its parameters are called. */
  find(method: Method, template: string): Route | undefined {
    let at: Node | undefined = this.#root;
    for (const segment of template.split('/').slice(1))
      at = segment.startsWith('{') ? at?.parameter : at?.literals.get(segment);
    return at?.routes.get(method)?.route;
  }

  match(method: string, pathname: string): Match {
    const segments: string[] = [];
    try {
      for (const segment of pathname.split('/').slice(1)) segments.push(decodeURIComponent(segment));
    } catch {
      return { kind: 'none' };
    }
    let known = false;
    const walk = (at: Node, index: number, values: readonly string[]): Match | undefined => {
      if (index === segments.length) {
        known ||= at.routes.size > 0;
        const hit = at.routes.get(method);
        if (!hit) return undefined;
        const params = Object.fromEntries(hit.names.map((name, i) => [name, values[i] as string]));
        return { kind: 'route', route: hit.route, params };
      }
      const segment = segments[index] as string;
      const literal = at.literals.get(segment);
      const viaLiteral = literal && walk(literal, index + 1, values);
      if (viaLiteral || !at.parameter || segment === '') return viaLiteral;
      return walk(at.parameter, index + 1, [...values, segment]);
    };
    return walk(this.#root, 0, []) ?? { kind: known ? 'method' : 'none' };
  }
}

function node(): Node {
  return { literals: new Map(), routes: new Map() };
}
