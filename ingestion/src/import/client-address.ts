/** Normalizes clients and hosts of log lines, so that a client always counts as the same visitor. */
import { normalizeAddress } from '@millrace/shared/access/normalize-address';

/** Reads a client from an address, a list as in `X-Forwarded-For`, or a name; null for `-` and an empty field. */
export function normalizeClient(field: string): string | null {
  const entries = field.split(',').map((entry) => entry.trim());
  for (const entry of entries) {
    const address = normalizeAddress(entry);
    if (address !== null) return address;
  }
  return normalizeHost(entries[0]!);
}

/** The host name in lower case, without port and trailing dot; null for `-` and an empty field. */
export function normalizeHost(text: string): string | null {
  const address = normalizeAddress(text);
  if (address !== null) return address;
  const name = text
    .replace(/:\d{0,5}$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return name === '' || name === '-' ? null : name;
}
