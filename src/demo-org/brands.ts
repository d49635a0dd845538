import { invalid, notFound } from './errors.js';
import { type Exchange, ok } from './exchange.js';
import type { Org } from './org.js';
import { listReply } from './pages.js';
import { type Resource, type ResourceKind, routeResource, theResource } from './resource.js';
import type { AddRoute } from './router.js';

export interface Theme extends Resource {
  readonly brandId: string;
}

const BRAND: ResourceKind<Resource> = {
  type: 'Brand',
  path: '/api/v1/brands',
  idName: 'brandId',
  rows: (store) => store.brands,
  limits: { fallback: 20, max: 200 },
  q: ['name'],
  render: (x, row) => ({
    ...row,
    _links: { self: x.org.link(`/api/v1/brands/${row.id}`), themes: x.org.link(`/api/v1/brands/${row.id}/themes`) },
  }),
};

export function routeBrands(add: AddRoute): void {
  routeResource(add, BRAND);
  add('PUT', '/api/v1/brands/{brandId}', (x) => {
    const before = theResource(x, BRAND);
    const { name, ...body } = x.json();
    if (typeof name !== 'string' || name === '') throw invalid(['name', 'The field cannot be left blank']);
    const brand = x.org.store.brands.put({ ...body, name, id: before.id, isDefault: before.isDefault });
    logged(x, 'Brand', brand.id, name, 'system.brand.update');
    return ok(BRAND.render?.(x, brand));
  });
  add('GET', '/api/v1/brands/{brandId}/themes', (x) => {
    const brand = theResource(x, BRAND);
    const themes = [...x.org.store.themes].filter((theme) => theme.brandId === brand.id);
    return listReply(
      x,
      themes.map((theme) => renderTheme(x.org, theme)),
    );
  });
  add('GET', '/api/v1/brands/{brandId}/themes/{themeId}', (x) => ok(renderTheme(x.org, theTheme(x))));
  add('PUT', '/api/v1/brands/{brandId}/themes/{themeId}', (x) => {
    const { id, brandId, logo, favicon, backgroundImage } = theTheme(x);
    const { _links, ...body } = x.json();
    const missing = REQUIRED_IN_THEME.filter((name) => body[name] === undefined);
    if (missing.length > 0) throw invalid(...missing.map((name) => [name, 'The field cannot be left blank'] as const));
    const theme = x.org.store.themes.put({ ...body, id, brandId, logo, favicon, backgroundImage });
    logged(x, 'Theme', id, 'Theme', 'system.theme.update');
    return ok(renderTheme(x.org, theme));
  });
}

const REQUIRED_IN_THEME = [
  'primaryColorHex',
  'secondaryColorHex',
  'signInPageTouchPointVariant',
  'endUserDashboardTouchPointVariant',
  'errorPageTouchPointVariant',
  'emailTemplateTouchPointVariant',
];

function theTheme(x: Exchange): Theme {
  const brand = theResource(x, BRAND);
  const id = x.param('themeId');
  const theme = x.org.store.themes.get(id);
  if (theme?.brandId !== brand.id) throw notFound(id, 'Theme');
  return theme;
}

function logged(x: Exchange, type: string, id: string, displayName: string, eventType: string): void {
  const target = [{ id, type, alternateId: 'unknown', displayName }];
  x.changed({ kind: 'update', type, id }, { eventType, displayMessage: `${type}: update`, target });
}

function renderTheme(org: Org, { brandId, ...theme }: Theme): object {
  return { ...theme, _links: { self: org.link(`/api/v1/brands/${brandId}/themes/${theme.id}`) } };
}

export function seedBrands(org: Org): void {
  const brand = org.store.brands.put({
    id: org.mint('bnd'),
    name: 'Atlas Works (demo)',
    isDefault: true,
    agreeToCustomPrivacyPolicy: false,
    customPrivacyPolicyUrl: null,
    removePoweredByOkta: false,
    locale: 'en',
    emailDomainId: null,
    defaultApp: { appInstanceId: null, appLinkName: null },
  });
  org.store.themes.put({
    id: org.mint('thd'),
    brandId: brand.id,
    logo: org.url('/assets/demo-logo.png'),
    favicon: org.url('/assets/demo-favicon.ico'),
    backgroundImage: null,
    primaryColorHex: '#0b5d4e',
    primaryColorContrastHex: '#ffffff',
    secondaryColorHex: '#f0ede6',
    secondaryColorContrastHex: '#000000',
    signInPageTouchPointVariant: 'OKTA_DEFAULT',
    endUserDashboardTouchPointVariant: 'OKTA_DEFAULT',
    errorPageTouchPointVariant: 'OKTA_DEFAULT',
    emailTemplateTouchPointVariant: 'OKTA_DEFAULT',
    loadingPageTouchPointVariant: 'OKTA_DEFAULT',
  });
}
