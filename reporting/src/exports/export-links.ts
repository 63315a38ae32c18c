/** Signed links to files. They work without a key until they expire. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { createSigner } from '../access/link-signer.js';

export interface Links {
  /** The path with expiry and signature. `expires` is in seconds since 1970. */
  sign(path: string, expires: number): Promise<string>;
  /** Whether the signature belongs to that path and expiry, and the expiry is in the future. */
  isValid(path: string, query: { expires: unknown; signature: unknown }, now: Date): Promise<boolean>;
}

/** The absolute URL of a path if `publicUrl` is set, otherwise the path. `publicUrl` can have a path itself. */
export const publicAddress = (publicUrl: string | undefined, path: string): string =>
  publicUrl === undefined ? path : publicUrl.replace(/\/+$/, '') + path;

/** The path of `publicUrl` without a trailing slash; empty for the root. */
export const publicFolder = (publicUrl: string | undefined): string =>
  publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');

const purpose = 'millrace links to files, 1';
const signed = (path: string, expires: number) => `${path}\n${expires}`;

export function createLinks(pool: Pool, secret?: string): Links {
  const signer = createSigner(pool, purpose, secret);
  return {
    async sign(path, expires) {
      return `${path}?expires=${expires}&signature=${await signer.sign(signed(path, expires))}`;
    },
    async isValid(path, { expires, signature }, now) {
      if (typeof expires !== 'string' || !/^\d{1,12}$/.test(expires) || typeof signature !== 'string') return false;
      if (!(await signer.isSigned(signed(path, Number(expires)), signature))) return false;
      return Number(expires) * 1_000 > now.getTime();
    },
  };
}
