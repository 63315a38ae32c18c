/** Addresses to which nothing is sent, by IANA's special-purpose registries. */
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

/** Unspecified, link-local, documentation, multicast and reserved networks, and the metadata services of clouds elsewhere. */
const never4 = listOf(
  'ipv4',
  ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.51.100.0/24'],
  ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '100.100.100.200/32', '168.63.129.16/32'],
);

/** Of IPv6 only what is given out for the public counts; so addresses that carry an IPv4 one (mapped, NAT64) do not. */
const public6 = listOf('ipv6', '2000::/3');
/** Lies within, and is not public: Teredo and its like, documentation, 6to4; and a cloud's metadata. */
const never6 = listOf('ipv6', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', 'fd00:ec2::254/128');

/** Undefined when `address` may be sent to. `allowPrivate` lets private networks and this machine pass, and nothing else. */
export function refusedAddress(address: string, allowPrivate: boolean): string | undefined {
  const family = isIP(address);
  const isPrivate = family === 4 ? private4(address) : family === 6 && private6(address);
  const isPublic = family === 4 ? !isPrivate : family === 6 && public6(address);
  const isReserved = family === 4 ? never4(address) : family === 6 && never6(address);
  if (isReserved || !(isPrivate || isPublic)) return `${address} is reserved for another use`;
  return isPrivate && !allowPrivate ? `${address} lies in a private network` : undefined;
}

/** True for an address of this machine. */
export const isLoopback = (address: string) => (isIP(address) === 4 ? address.startsWith('127.') : address === '::1');
