import { generateKeyPairSync, type KeyObject } from 'node:crypto';

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
export const pkcs1 = (key: KeyObject) => key.export({ type: 'pkcs1', format: 'pem' }).toString();
export const sec1 = (key: KeyObject) => key.export({ type: 'sec1', format: 'pem' }).toString();
export const jwk = (key: KeyObject, more: object = {}) => JSON.stringify({ ...key.export({ format: 'jwk' }), ...more });
export const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
