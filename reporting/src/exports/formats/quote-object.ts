const scratch = { text: Buffer.alloc(16 * 1024), cell: Buffer.alloc(32 * 1024 + 2) };
const quote = 0x22;

/** JSON as a cell of CSV. Events have such a cell each, full of quotes, and doubling them among bytes takes a third of the time of `replace`. */
export function quoteObject(json: string): string {
  if (json.length * 3 > scratch.text.length) return `"${json.replaceAll('"', '""')}"`;
  const { text, cell } = scratch;
  const length = text.write(json);
  let end = 0;
  cell[end++] = quote;
  for (let place = 0; place < length; place++) {
    const byte = text[place]!;
    cell[end++] = byte;
    if (byte === quote) cell[end++] = quote;
  }
  cell[end++] = quote;
  return cell.toString('utf8', 0, end);
}
