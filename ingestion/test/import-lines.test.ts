/** Bytes to lines and lines to batches: chunk boundaries, line breaks, gzip and limits. */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { plainBytes } from '../src/import/plain-bytes.ts';
import { readLines } from '../src/import/read-lines.ts';
import { type Batch, makeBatches, type ReadyEvent } from '../src/send/make-batches.ts';

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

async function linesOf(...chunks: (string | Buffer)[]) {
  const source = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  return (await collect(readLines(source))).flat();
}

const texts = async (...chunks: (string | Buffer)[]) => (await linesOf(...chunks)).map(({ text }) => text);

async function bytesOf(...chunks: Buffer[]) {
  let read = 0;
  const parts = await collect(
    plainBytes(Readable.from(chunks), (bytes) => {
      read += bytes;
    }),
  );
  return { text: Buffer.concat(parts).toString(), read };
}

describe('readLines', () => {
  it('numbers lines from 1, including a last line without a line break', async () => {
    expect(await linesOf('a\nb')).toEqual([
      { number: 1, bytes: Buffer.from('a'), text: 'a', overlong: false, ended: true },
      { number: 2, bytes: Buffer.from('b'), text: 'b', overlong: false, ended: false },
    ]);
  });

  it('accepts LF and CR LF, even if a chunk ends between the two', async () => {
    expect(await texts('a\r', '\nb\r\nc\n')).toEqual(['a', 'b', 'c']);
  });

  it('joins lines that chunks split, even within a character', async () => {
    const bytes = Buffer.from('grün\nblau\n');
    expect(await texts(...Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(['grün', 'blau']);
  });

  it('counts blank lines in line numbers', async () => {
    expect((await linesOf('a\n\n\r\nb\n')).map(({ number, text }) => [number, text])).toEqual([
      [1, 'a'],
      [2, ''],
      [3, ''],
      [4, 'b'],
    ]);
  });

  it('percent-encodes invalid UTF-8 byte by byte, so that different bytes stay different', async () => {
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    expect(await texts(latin1('caf\xe9\ncaf\xe8\n'))).toEqual(['caf%E9', 'caf%E8']);
    expect(await texts(Buffer.concat([Buffer.from('é€😀'), latin1('\xff\xc3'), Buffer.from('é')]))).toEqual([
      'é€😀%FF%C3é',
    ]);
    // Overlong forms, surrogates and code points beyond Unicode are invalid, too.
    expect(await texts(latin1('\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80'))).toEqual(['%C0%AF %ED%A0%80 %F4%90%80%80']);
  });

  it('drops a byte order mark, and reads UTF-16 with only ASCII', async () => {
    expect(await texts(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x0a]))).toEqual(['a']);
    expect(await texts(Buffer.from('\uFEFFab\r\nc\r\n', 'utf16le'))).toEqual(['ab', 'c']);
  });

  it('skips NUL bytes, which a log contains if it was truncated while the server kept writing', async () => {
    const nul = Buffer.alloc(300_000);
    const lines = await linesOf(nul, Buffer.concat([nul, Buffer.from('a\nb\0c\n'), nul]));
    expect(lines.map(({ text, overlong }) => [text, overlong])).toEqual([
      ['a', false],
      ['bc', false],
    ]);
    expect(lines[0]?.bytes).toEqual(Buffer.from('a'));
  });

  it('keeps only the beginning of a line over 64 KB, and continues after it', async () => {
    const long = Array.from({ length: 300 }, () => 'x'.repeat(1000));
    const lines = await linesOf('a\n', ...long, '\nb\n');
    expect(lines.map(({ number, text, overlong }) => ({ number, text, overlong }))).toEqual([
      { number: 1, text: 'a', overlong: false },
      { number: 2, text: 'x'.repeat(256), overlong: true },
      { number: 3, text: 'b', overlong: false },
    ]);
  });

  it('accepts a line of exactly 64 KB, but not one byte more', async () => {
    const lines = await linesOf(`${'x'.repeat(65_536)}\n${'x'.repeat(65_537)}\n`);
    expect(lines.map(({ overlong }) => overlong)).toEqual([false, true]);
  });

  it('reads an endless line in constant memory', async () => {
    let given = 0;
    async function* endless() {
      for (; given < 20_000; given += 1) yield Buffer.alloc(16_384, 'x'); // 328 MB in all
    }
    const before = process.memoryUsage().rss;
    const [[line] = []] = await collect(readLines(endless()));
    expect(line?.overlong).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });

  it('does not yield an unfinished line if reading fails, because it could look like a complete one', async () => {
    async function* failing() {
      yield Buffer.from('whole\nhal');
      throw new Error('gone');
    }
    const seen: string[] = [];
    const reading = async () => {
      for await (const lines of readLines(failing())) seen.push(...lines.map(({ text }) => text));
    };
    await expect(reading()).rejects.toThrow('gone');
    expect(seen).toEqual(['whole']);
  });
});

describe('plainBytes', () => {
  it('passes plain bytes through, even one or none', async () => {
    expect(await bytesOf(Buffer.from('ab'), Buffer.from('c'))).toEqual({ text: 'abc', read: 3 });
    expect(await bytesOf(Buffer.from('\u001f'))).toEqual({ text: '\u001f', read: 1 });
    expect(await bytesOf()).toEqual({ text: '', read: 0 });
  });

  it('recognises gzip by its first two bytes, even in separate chunks, and counts compressed bytes', async () => {
    const packed = gzipSync('hello '.repeat(1000));
    const chunks = [packed.subarray(0, 1), packed.subarray(1, 2), packed.subarray(2)];
    expect(await bytesOf(...chunks)).toEqual({ text: 'hello '.repeat(1000), read: packed.length });
  });

  it('reads concatenated gzip files, which log rotation produces', async () => {
    expect((await bytesOf(Buffer.concat([gzipSync('one\n'), gzipSync('two\n')]))).text).toBe('one\ntwo\n');
  });

  it('fails on truncated or corrupt gzip instead of ending as if it were complete', async () => {
    const packed = gzipSync('hello '.repeat(1000));
    await expect(bytesOf(packed.subarray(0, -9))).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
    await expect(bytesOf(Buffer.concat([packed, Buffer.from('more')]))).rejects.toMatchObject({ code: 'Z_DATA_ERROR' });
  });
});

describe('plainBytes of unsupported formats', () => {
  const tarHeader = (magic: string) => {
    const header = Buffer.alloc(1024);
    header.write('access.log');
    header.write('0000644', 100);
    header.write('00000000003', 124);
    header.write(magic, 257, 'latin1');
    header.write(' '.repeat(8), 148);
    const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return header;
  };

  it.each([
    ['compressed with bzip2', 'bzip2 -dc', Buffer.from('BZh91AY&SY')],
    ['compressed with xz', 'xz -dc', Buffer.from('fd377a585a000004', 'hex')],
    ['compressed with Zstandard', 'zstd -dc', Buffer.from('28b52ffd24', 'hex')],
    ['a zip archive', 'unzip -p', Buffer.from('504b030414', 'hex')],
    ['a tar archive', 'tar -xOf', tarHeader('ustar\0' + '00')],
    ['a tar archive', 'tar -xOf', tarHeader('ustar  \0')],
    ['a tar archive', 'tar -xOf', tarHeader('')],
    ['a tar archive', 'tar -xOf', gzipSync(tarHeader('ustar  \0'))],
  ])('reports that the input is %s', async (packing, unpack, bytes) => {
    await expect(bytesOf(bytes)).rejects.toMatchObject({ packing, unpack });
  });

  it('reads a log that was compressed twice', async () => {
    expect((await bytesOf(gzipSync(gzipSync('hello\n')))).text).toBe('hello\n');
  });
});

describe('makeBatches', () => {
  const events = (count: number, json = '{}') =>
    Array.from({ length: count }, (_, index): ReadyEvent => ({ number: index + 1, json }));
  const sizes = (batches: Batch[]) => batches.map(({ numbers }) => numbers.length);

  it('cuts at 1,000 events, across groups', async () => {
    const batches = await collect(makeBatches(Readable.from([events(700), [], events(1301)])));
    expect(sizes(batches)).toEqual([1000, 1000, 1]);
    expect(batches[2]).toEqual({ body: '{}', numbers: [1301] });
  });

  it('cuts at 900 KB, in bytes rather than characters', async () => {
    const batches = await collect(makeBatches(Readable.from([events(100, 'ä'.repeat(10_000))])));
    expect(sizes(batches)).toEqual([44, 44, 12]);
  });

  it('yields the remaining events before it throws the error of its source', async () => {
    async function* failing() {
      yield events(2);
      throw new Error('gone');
    }
    const batches = makeBatches(failing());
    expect((await batches.next()).value).toEqual({ body: '{}\n{}', numbers: [1, 2] });
    await expect(batches.next()).rejects.toThrow('gone');
  });
});
