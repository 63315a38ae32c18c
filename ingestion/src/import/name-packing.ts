/** Recognises unsupported compression and archive formats by their first bytes. */

interface Packing {
  /** For a sentence: "It is ...". */
  name: string;
  /** Command that writes the log to standard output. */
  unpack: string;
  matches(head: Buffer): boolean;
}

/** Bytes that {@link namePacking} needs: the first header of a tar archive. */
export const HEAD_BYTES = 512;

const TAR_CHECKSUM = { start: 148, end: 156 };

const startsWith = (...hex: string[]) => {
  const magics = hex.map((text) => Buffer.from(text, 'hex'));
  return (head: Buffer) => magics.some((magic) => magic.equals(head.subarray(0, magic.length)));
};

const packings: readonly Packing[] = [
  { name: 'compressed with bzip2', unpack: 'bzip2 -dc', matches: startsWith('425a68') },
  { name: 'compressed with xz', unpack: 'xz -dc', matches: startsWith('fd377a585a00') },
  { name: 'compressed with Zstandard', unpack: 'zstd -dc', matches: startsWith('28b52ffd') },
  { name: 'compressed with LZ4', unpack: 'lz4 -dc', matches: startsWith('04224d18') },
  { name: 'compressed with compress', unpack: 'uncompress -c', matches: startsWith('1f9d') },
  { name: 'a zip archive', unpack: 'unzip -p', matches: startsWith('504b0304', '504b0506') },
  { name: 'a 7z archive', unpack: '7z x -so', matches: startsWith('377abcaf271c') },
  { name: 'a tar archive', unpack: 'tar -xOf', matches: isTar },
];

/** Null if the file may be a log. */
export function namePacking(head: Buffer): { name: string; unpack: string } | null {
  return packings.find(({ matches }) => matches(head)) ?? null;
}

/** Verifies the header's checksum, the sum of its bytes with the checksum itself as spaces (POSIX, pax), which all variants have. */
function isTar(head: Buffer): boolean {
  if (head.length < HEAD_BYTES) return false;
  const { start, end } = TAR_CHECKSUM;
  const written = Number.parseInt(head.toString('latin1', start, end).replaceAll('\0', ' ').trim(), 8);
  const sum = head.subarray(0, HEAD_BYTES).reduce((total, byte, index) => {
    return total + (index >= start && index < end ? 0x20 : byte);
  }, 0);
  return written === sum;
}
