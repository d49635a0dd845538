import type { Schema, Specification } from './specification.js';

/** What each verb makes of a status: the first that the status' own list knows, else the first. */
const STATUS: Readonly<Record<string, readonly string[]>> = {
  activate: ['ACTIVE', 'InProgress', 'ENABLED'],
  deactivate: ['INACTIVE', 'Cancelled', 'DISABLED'],
  suspend: ['SUSPENDED'],
  unsuspend: ['ACTIVE'],
  enable: ['ENABLED', 'ACTIVE'],
  disable: ['DISABLED', 'INACTIVE'],
  pause: ['Paused'],
  resume: ['InProgress'],
  retry: ['InProgress'],
  stop: ['Cancelled'],
};

/** The status a verb leads to; undefined when the thing has none or the verb is not about it. */
export function statusAfter(specification: Specification, schema: Schema, verb: string): string | undefined {
  const wanted = STATUS[verb.toLowerCase()];
  const shape = specification.shape(schema);
  const variant = Object.values(shape.discriminator?.mapping ?? {})[0];
  const alternatives = [shape, ...(variant ? [specification.shape({ $ref: variant })] : [])];
  const property = alternatives.map(({ properties }) => properties.get('status')).find((each) => each !== undefined);
  if (!wanted || !property) return undefined;
  const { values } = specification.shape(property);
  return wanted.find((value) => values?.list.includes(value)) ?? (values && !values.open ? undefined : wanted[0]);
}
