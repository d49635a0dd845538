import { invalid } from './errors.js';
import { isObject, type JsonObject } from './exchange.js';
import type { Org } from './org.js';
import { profileAttributes } from './user-schema.js';

/** A user's attributes by their schema names. */
export interface UserProfile {
  readonly login: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly [attribute: string]: unknown;
}

const REQUIRED = ['login', 'email', 'firstName', 'lastName'] as const;

/** A whole profile from a request; every attribute not given is unset. Throws 400 E0000001 with a cause per problem. */
export function newProfile(org: Org, given: unknown): UserProfile {
  if (!isObject(given)) throw invalid(['profile', 'The field cannot be left blank']);
  return checked(org, { secondEmail: null, mobilePhone: null, ...given });
}

/** The profile with the given attributes changed; null unsets one. */
export function mergeProfile(org: Org, before: UserProfile, given: unknown): UserProfile {
  if (given === undefined) return before;
  if (!isObject(given)) throw invalid(['profile', 'must be an object']);
  return checked(org, { ...before, ...given });
}

function checked(org: Org, profile: JsonObject): UserProfile {
  const problems: [string, string][] = [];
  const attributes = profileAttributes(org);
  for (const name of REQUIRED) {
    const value = profile[name];
    if (value === undefined || value === null || value === '') problems.push([name, 'The field cannot be left blank']);
  }
  for (const [name, value] of Object.entries(profile)) {
    const type = attributes.get(name);
    if (type === undefined) problems.push([name, 'is not an attribute of the user schema']);
    else if (value !== null && !hasType(value, type)) problems.push([name, `must be of type ${type}`]);
  }
  for (const name of ['login', 'email']) {
    const value = profile[name];
    if (typeof value === 'string' && value !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value))
      problems.push([name, 'must be in the form of an email address']);
  }
  if (problems.length > 0) throw invalid(...problems);
  return profile as UserProfile;
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/** True when the credentials bring a password; 400 for one the password policy refuses. */
export function checkPassword(password: unknown): boolean {
  if (!isObject(password)) return false;
  if (isObject(password.hash) || isObject(password.hook)) return true;
  if (password.value === undefined) return false;
  if (typeof password.value !== 'string' || password.value.length < 8)
    throw invalid(['password', 'Password requirements were not met']);
  return true;
}
