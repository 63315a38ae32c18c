/** Links to files that work without a key until they expire: an address, an expiry, and a signature of both. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { createSigner } from '../access/link-signer.js';

export interface Links {
  /** The address with expiry and signature. `expires` is in seconds since 1970. */
  sign(path: string, expires: number): Promise<string>;
  /** Whether the signature is one of that address and expiry, and the expiry is still to come. */
  isValid(path: string, query: { expires: unknown; signature: unknown }, now: Date): Promise<boolean>;
}

/** The address as people reach it: below `publicUrl` where that is known, which may be a folder of a site. */
export const publicAddress = (publicUrl: string | undefined, path: string): string =>
  publicUrl === undefined ? path : publicUrl.replace(/\/+$/, '') + path;

/** The folder of `publicUrl`, without a slash at its end; empty for the root. */
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
