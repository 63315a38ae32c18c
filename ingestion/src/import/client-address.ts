/** Clients and hosts of log lines, each in one form, so that one client is one visitor. */
import { normalizeAddress } from '@millrace/shared/access/normalize-address';

/** The client of a field that holds an address, a list as in `X-Forwarded-For`, or a name; null for `-` and nothing. */
export function normalizeClient(field: string): string | null {
  const entries = field.split(',').map((entry) => entry.trim());
  for (const entry of entries) {
    const address = normalizeAddress(entry);
    if (address !== null) return address;
  }
  return normalizeHost(entries[0]!);
}

/** A host's name in lower case, without port and final dot; null for `-` and nothing. */
export function normalizeHost(text: string): string | null {
  const address = normalizeAddress(text);
  if (address !== null) return address;
  const name = text
    .replace(/:\d{0,5}$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return name === '' || name === '-' ? null : name;
}
