/** Writes small geo databases: https://maxmind.github.io/MaxMind-DB/ */
import { isIPv6 } from 'node:net';

type Value = string | number | Value[] | { [key: string]: Value };
/** A node of the search tree; a leaf has the number of its record. */
type Node = { branches: [Node | undefined, Node | undefined] } | { record: number };

const types = { string: 2, uint16: 5, uint32: 6, map: 7, array: 11 };

function head(type: number, size: number): Buffer {
  const [short, more] = size < 29 ? [size, []] : [29, [size - 29]];
  return Buffer.from(type > 7 ? [short, type - 7, ...more] : [(type << 5) | short, ...more]);
}

function encode(value: Value): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([head(types.string, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([head(types.uint32, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(types.array, value.length), ...value.map(encode)]);
  const fields = Object.entries(value);
  return Buffer.concat([head(types.map, fields.length), ...fields.flatMap((field) => field.map(encode))]);
}

function bitsOf(address: string, ipVersion: 4 | 6): string {
  const groups = (text: string) => text.split(':').filter(Boolean);
  if (!isIPv6(address)) {
    const bits = address.split('.').map((part) => Number(part).toString(2).padStart(8, '0'));
    return (ipVersion === 6 ? '0'.repeat(96) : '') + bits.join('');
  }
  const [left = '', right = ''] = address.split('::');
  const zeros = Array<string>(8 - groups(left).length - groups(right).length).fill('0');
  return [...groups(left), ...zeros, ...groups(right)]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('');
}

function insert(root: Node, bits: string, record: number): void {
  let node = root;
  for (const [index, bit] of [...bits].entries()) {
    if (!('branches' in node)) throw new Error('Networks must not overlap');
    const side = bit === '1' ? 1 : 0;
    node.branches[side] ??= index === bits.length - 1 ? { record } : { branches: [undefined, undefined] };
    node = node.branches[side];
  }
}

function inOrder(node: Node | undefined): Node[] {
  return node && 'branches' in node ? [node, ...inOrder(node.branches[0]), ...inOrder(node.branches[1])] : [];
}

function metadata(nodeCount: number, ipVersion: number): Buffer {
  return Buffer.concat([
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    encode({
      node_count: nodeCount,
      record_size: 24,
      ip_version: ipVersion,
      database_type: 'Test',
      languages: ['en'],
      binary_format_major_version: 2,
      binary_format_minor_version: 0,
      build_epoch: 1_700_000_000,
      description: {},
    }),
  ]);
}

/** @param networks records by network such as `8.0.0.0/8`; networks must not overlap */
export function writeMmdb(networks: Record<string, Value>, ipVersion: 4 | 6 = 6): Buffer {
  const root: Node = { branches: [undefined, undefined] };
  const records = Object.values(networks).map(encode);
  for (const [index, network] of Object.keys(networks).entries()) {
    const [address = '', length] = network.split('/');
    const bits = bitsOf(address, ipVersion);
    insert(root, bits.slice(0, bits.length - (isIPv6(address) ? 128 : 32) + Number(length)), index);
  }
  const nodes = inOrder(root);
  const places = new Map(nodes.map((node, index) => [node, index]));
  const pointer = (node: Node | undefined) => {
    if (node === undefined) return nodes.length;
    if (!('record' in node)) return places.get(node)!;
    return nodes.length + 16 + Buffer.concat(records.slice(0, node.record)).length;
  };
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [index, node] of nodes.entries()) {
    if (!('branches' in node)) continue;
    tree.writeUIntBE(pointer(node.branches[0]), index * 6, 3);
    tree.writeUIntBE(pointer(node.branches[1]), index * 6 + 3, 3);
  }
  return Buffer.concat([tree, Buffer.alloc(16), ...records, metadata(nodes.length, ipVersion)]);
}
