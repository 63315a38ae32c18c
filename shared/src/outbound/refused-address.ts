/** Addresses that webhooks must not reach, from IANA's special-purpose address registries. */
import { BlockList, isIP } from 'node:net';

function listOf(family: 'ipv4' | 'ipv6', ...subnets: string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network, prefix] = subnet.split('/') as [string, string];
    list.addSubnet(network, Number(prefix), family);
  }
  return (address) => list.check(address, family);
}

const private4 = listOf(
  'ipv4',
  ...['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15'],
);
const private6 = listOf('ipv6', '::1/128', 'fc00::/7');

/** Unspecified, link-local, documentation, multicast and reserved networks, and metadata services of clouds outside of these. */
const never4 = listOf(
  'ipv4',
  ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '100.100.100.200/32', '168.63.129.16/32'],
);

/** Global unicast; this excludes addresses that embed an IPv4 one (mapped, NAT64). */
const public6 = listOf('ipv6', '2000::/3');
/** Exceptions within it: Teredo and other protocol assignments, documentation, 6to4. And a cloud's metadata service. */
const never6 = listOf('ipv6', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', 'fd00:ec2::254/128');

/** Why nothing is sent to `address`; undefined if it is allowed. `allowPrivate` allows private networks and this machine. */
export function refusedAddress(address: string, allowPrivate: boolean): string | undefined {
  const family = isIP(address);
  const isPrivate = family === 4 ? private4(address) : family === 6 && private6(address);
  const isPublic = family === 4 ? !isPrivate : family === 6 && public6(address);
  const isReserved = family === 4 ? never4(address) : family === 6 && never6(address);
  if (isReserved || !(isPrivate || isPublic)) return `${address} is reserved`;
  return isPrivate && !allowPrivate ? `${address} is in a private network` : undefined;
}

export const isLoopback = (address: string) => (isIP(address) === 4 ? address.startsWith('127.') : address === '::1');
