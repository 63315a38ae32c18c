import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { clientOf, type TrustedProxies } from '@millrace/shared/access/rate-limit';

/** Returns the id under which a sender is counted: its IPv4 address or IPv6 network. Computed once per connection. */
export type NameClient = (req: IncomingMessage) => string;

export function createNameClient(isTrusted: TrustedProxies): NameClient {
  const names = new WeakMap<Socket, string>();
  return (req) => {
    const forwarded = req.headers['x-forwarded-for'];
    // A trusted proxy sends requests of many clients over one connection.
    if (forwarded !== undefined) return clientOf(req.socket.remoteAddress, forwarded, isTrusted);
    const cached = names.get(req.socket);
    if (cached !== undefined) return cached;
    const name = clientOf(req.socket.remoteAddress, undefined, isTrusted);
    names.set(req.socket, name);
    return name;
  };
}
