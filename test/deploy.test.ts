import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js';
import type { Service } from 'kubernetes-types/core/v1.js';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import { Project, ts } from 'ts-morph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { GRACE_MS } from '../src/commands/http.js';
import { configReference, parseConfig } from '../src/config.js';
import { parseCallers } from '../src/http/callers-file.js';
import { httpEnvironment, parseHttpConfig } from '../src/http-config.js';
import { knownNames, readToolFile } from '../src/package-files.js';
import { root } from './program.js';

const read = (path: string) => readFileSync(join(root, 'deploy', path), 'utf8');
const known = knownNames(readToolFile());
const documented = [...configReference(), ...configReference(httpEnvironment)].map(({ name }) => name);

type Variables = Record<string, string>;

/** What need not be kept secret, as Compose and kustomize read it. */
const settings: Variables = Object.fromEntries(
  read('settings.env')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'okta-mcp-deploy-'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(join(folder, 'private-key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'seal-key'), `${randomBytes(32).toString('base64')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Paths inside the container, as files of this machine. */
function mounted(variables: Variables): Variables {
  const here = (value: string) => value.replace(/^\/run\/secrets\/(okta-mcp\/)?/, `${folder}/`);
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, here(value)]));
}

/** Fails as the server would at its start. */
function configured(variables: Variables) {
  const env = mounted(variables);
  const { config, warnings } = parseConfig(env, known, { demo: false });
  return { config, warnings, http: parseHttpConfig(env, config, { demo: false }) };
}

test('callers.yaml is one the server accepts, and opens only what OKTA_SCOPES allows', () => {
  const { groups } = parseCallers('callers.yaml', read('callers.yaml'), known);
  expect(groups.length).toBeGreaterThan(0);
  const allowed = settings.OKTA_SCOPES?.split(' ');
  expect(groups.flatMap(({ scopes }) => scopes).filter((scope) => !allowed?.includes(scope))).toEqual([]);
});

describe('compose.yaml', () => {
  const hardened = {
    read_only: z.literal(true),
    cap_drop: z.tuple([z.literal('ALL')]),
    security_opt: z.tuple([z.literal('no-new-privileges:true')]),
    user: z.string().regex(/^[1-9]\d*:[1-9]\d*$/),
    restart: z.string(),
  };
  const external = z.strictObject({ file: z.string() });
  /** The part of the Compose specification that is used; a misspelt key is one too many. */
  const compose = z
    .strictObject({
      name: z.string(),
      services: z.strictObject({
        server: z.strictObject({
          ...hardened,
          build: z.strictObject({ context: z.literal('..'), dockerfile: z.literal('deploy/Dockerfile') }),
          image: z.string(),
          depends_on: z.strictObject({ redis: z.strictObject({ condition: z.literal('service_healthy') }) }),
          ports: z.array(z.string()),
          env_file: z.tuple([z.literal('settings.env')]),
          environment: z.record(z.string(), z.string()),
          secrets: z.array(z.string()),
          configs: z.array(z.strictObject({ source: z.string(), target: z.string() })),
          stop_grace_period: z.string().regex(/^\d+s$/),
        }),
        redis: z.strictObject({
          ...hardened,
          image: z.string(),
          command: z.array(z.string()),
          healthcheck: z.strictObject({
            test: z.array(z.string()),
            interval: z.string(),
            timeout: z.string(),
            retries: z.number(),
          }),
        }),
      }),
      secrets: z.record(z.string(), external),
      configs: z.record(z.string(), external),
    })
    .parse(parse(read('compose.yaml')));
  const { server } = compose.services;

  test('is a configuration the server starts with', () => {
    const { http, warnings } = configured({ ...settings, ...server.environment });
    expect(warnings).toEqual([]);
    expect(http.guard).toMatchObject({ kind: 'oauth', callers: server.configs[0]?.target });
    expect(Object.keys(http.replicas).sort()).toEqual(['redisUrl', 'sealKey']);
    expect(
      [...Object.keys(settings), ...Object.keys(server.environment)].filter((name) => !documented.includes(name)),
    ).toEqual([]);
  });

  test('secrets come from files outside, and every file has its place', () => {
    expect(server.secrets).toEqual(Object.keys(compose.secrets));
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^\$\{\w+:\?[^}]+\}$/);
    const used = Object.values(server.environment).filter((value) => value.startsWith('/run/secrets/'));
    expect(used.sort()).toEqual(server.secrets.map((name) => `/run/secrets/${name}`).sort());
    expect(existsSync(join(root, 'deploy', compose.configs.callers?.file ?? ''))).toBe(true);
  });

  test('only MCP is published, and only on this machine', () => {
    expect(server.ports).toEqual(['127.0.0.1:8080:8080']);
    expect(server.environment.OKTA_MCP_ADMIN_HOST).toBe(undefined);
  });

  test('what is under way may end', () => {
    expect(Number.parseInt(server.stop_grace_period, 10) * 1000).toBeGreaterThan(GRACE_MS);
  });
});

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Problems of manifests with the types of the Kubernetes API; unknown fields are problems. */
function problems(manifests: readonly Manifest[]): string[] {
  const project = new Project({
    skipAddingFilesFromTsConfig: true,
    compilerOptions: {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      lib: ['lib.es2022.d.ts'],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    },
  });
  const lines = manifests.map((manifest, index) => {
    const { apiVersion, kind } = manifest;
    const group = apiVersion.includes('/') ? apiVersion.replace('.k8s.io', '') : `core/${apiVersion}`;
    return `export const a${index}: import('kubernetes-types/${group}').${kind} = ${JSON.stringify(manifest)};`;
  });
  project.createSourceFile(join(import.meta.dirname, 'manifests.ts'), lines.join('\n'));
  return project.getPreEmitDiagnostics().map((each) => {
    return `${each.getLineNumber()}: ${ts.flattenDiagnosticMessageText(each.compilerObject.messageText, ' ')}`;
  });
}

describe('kubernetes/', () => {
  const files = readdirSync(join(root, 'deploy/kubernetes')).sort();
  const manifests = files.flatMap((file) =>
    parseAllDocuments(read(`kubernetes/${file}`)).map((document) => document.toJS() as Manifest),
  );
  const of = <T>(kind: string) => manifests.find((manifest) => manifest.kind === kind) as unknown as T;
  const deployment = of<Deployment>('Deployment');
  const pod = deployment.spec?.template.spec;
  const container = pod?.containers[0];
  const labels = { 'app.kubernetes.io/name': 'okta-mcp' };

  test('every manifest fits the Kubernetes API', () => {
    expect(manifests.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'HorizontalPodAutoscaler',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
    ]);
    expect(problems(manifests)).toEqual([]);
    const misspelt = JSON.stringify(deployment).replace('"readinessProbe"', '"readynessProbe"');
    const mistyped = JSON.stringify(deployment).replace('"runAsUser":1000', '"runAsUser":"node"');
    expect(problems([JSON.parse(misspelt), JSON.parse(mistyped)])).toEqual([
      expect.stringContaining(`'"readynessProbe"' does not exist in type 'Container'`),
      expect.stringContaining(`'string' is not assignable to type 'number'`),
    ]);
  });

  test('kustomization.yaml applies all of them, with files that exist', () => {
    const { resources, configMapGenerator, images } = parse(read('kustomization.yaml'));
    expect(resources.sort()).toEqual(files.map((file) => `kubernetes/${file}`));
    const maps = configMapGenerator as { name: string; envs?: string[]; files?: string[] }[];
    expect(maps.flatMap(({ envs = [], files = [] }) => [...envs, ...files])).toEqual(['settings.env', 'callers.yaml']);
    expect(maps.map(({ name }) => name)).toEqual([
      container?.envFrom?.[0]?.configMapRef?.name,
      pod?.volumes?.find(({ configMap }) => configMap)?.configMap?.name,
    ]);
    expect(images.map(({ name }: { name: string }) => name)).toEqual([container?.image]);
  });

  test('is a configuration the server starts with, and no secret is in it', () => {
    const env = container?.env ?? [];
    expect(
      env.filter(({ value, valueFrom }) => (value === undefined) === (valueFrom?.secretKeyRef === undefined)),
    ).toEqual([]);
    const secret = { OKTA_MCP_REDIS_URL: 'rediss://:hidden@redis.example.com:6379' } as Variables;
    expect(env.filter(({ valueFrom }) => valueFrom).map(({ name }) => name)).toEqual(Object.keys(secret));
    const own = Object.fromEntries(env.map(({ name, value }) => [name, value ?? secret[name] ?? '']));
    const { http, warnings } = configured({ ...settings, OKTA_MCP_HOST: '0.0.0.0', ...own });
    expect(warnings).toEqual([]);
    expect(http.guard.kind).toBe('oauth');
    expect(Object.keys(http.replicas).sort()).toEqual(['redisUrl', 'sealKey']);
    expect(env.map(({ name }) => name).filter((name) => !documented.includes(name))).toEqual([]);

    const paths = container?.volumeMounts?.map(({ mountPath }) => mountPath) ?? [];
    const named = env.map(({ value = '' }) => value).filter((value) => value.startsWith('/'));
    expect(named.filter((value) => !paths.some((path) => value.startsWith(`${path}/`)))).toEqual([]);
    const items = pod?.volumes?.find(({ secret }) => secret)?.secret?.items?.map(({ path }) => path);
    expect(items?.sort()).toEqual(['private-key', 'seal-key']);
  });

  test('nothing but what it needs', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container?.volumeMounts?.filter(({ readOnly }) => !readOnly)).toEqual([]);
    expect(Object.keys(container?.resources?.limits ?? {})).toContain('memory');
    expect(Object.keys(container?.resources?.requests ?? {}).sort()).toEqual(['cpu', 'memory']);
  });

  test('probes ask the admin port, which the Service does not have', () => {
    const { startupProbe, livenessProbe, readinessProbe, ports } = container ?? {};
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)).toEqual([
      { path: '/healthz', port: 'admin' },
      { path: '/healthz', port: 'admin' },
      { path: '/readyz', port: 'admin' },
    ]);
    expect(ports).toEqual([
      { name: 'mcp', containerPort: 8080 },
      { name: 'admin', containerPort: 8081 },
    ]);
    expect(of<Service>('Service').spec?.ports?.map(({ targetPort }) => targetPort)).toEqual(['mcp']);
    const [everybody, few] = of<NetworkPolicy>('NetworkPolicy').spec?.ingress ?? [];
    expect(everybody).toEqual({ ports: [{ port: 'mcp', protocol: 'TCP' }] });
    expect(few?.ports?.map(({ port }) => port)).toEqual(['admin']);
    expect(few?.from?.length).toBeGreaterThan(0);
  });

  test('a pod that is stopped ends what it has begun', () => {
    const sleep = container?.lifecycle?.preStop?.sleep?.seconds ?? 0;
    expect(sleep).toBeGreaterThan(0);
    expect((pod?.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThan(sleep * 1000 + GRACE_MS);
  });

  test('two replicas or more, which the autoscaler counts, and one at a time goes', () => {
    expect(deployment.spec?.replicas).toBe(undefined);
    const { scaleTargetRef, minReplicas } = of<HorizontalPodAutoscaler>('HorizontalPodAutoscaler').spec ?? {};
    expect(scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: deployment.metadata?.name });
    expect(minReplicas).toBeGreaterThanOrEqual(2);
    expect(of<PodDisruptionBudget>('PodDisruptionBudget').spec?.maxUnavailable).toBe(1);
  });

  test('everything is about the same pods', () => {
    expect(deployment.spec?.selector.matchLabels).toEqual(labels);
    expect(deployment.spec?.template.metadata?.labels).toEqual(labels);
    expect(of<Service>('Service').spec?.selector).toEqual(labels);
    expect(of<PodDisruptionBudget>('PodDisruptionBudget').spec?.selector?.matchLabels).toEqual(labels);
    expect(of<NetworkPolicy>('NetworkPolicy').spec?.podSelector.matchLabels).toEqual(labels);
  });
});
