/** Imports of several files, overlapping files, and filters. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../src/import/log-event.ts';
import { file, logText, numbered, pathOf, paths, run, startServer, useImportServer } from './import-server.ts';

useImportServer();

describe('import of several files', () => {
  const ids = (events: LogEvent[]) => events.map(({ event_id }) => event_id);
  const lines = logText(60).split(/(?<=\n)/);
  const part = (from: number, to: number) => lines.slice(from, to).join('');

  it('accepts names and patterns, reads each file once, and prints totals', async () => {
    const server = await startServer();
    await file('several-b.log', part(20, 40));
    await file('several-a.log.gz', gzipSync(part(0, 20)));
    const pattern = pathOf('several-*.log*');
    const { exitCode, stdout } = await run([pathOf('several-b.log'), pattern, '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(0);
    expect(paths(server.events)).toEqual([...numbered(40).slice(20), ...numbered(20)]);
    expect(stdout).toContain('2 files for site demo:\n  lines read               40\n');
  });

  it('reads a file whose name looks like a pattern', async () => {
    const server = await startServer();
    const log = await file('odd[1].log', part(0, 1));
    expect((await run([log, '--site', 'demo', '--url', server.url])).exitCode).toBe(0);
    expect(server.events).toHaveLength(1);
  });

  it('reports a pattern without files, or an unreadable file, before sending anything', async () => {
    const log = await file('here.log', part(0, 1));
    const none = pathOf('none-*.log');
    const missing = pathOf('missing.log');
    const args = ['--site', 'demo', '--url', 'http://127.0.0.1:9'];
    expect((await run([log, none, ...args])).stderr).toBe(`import: No file matches ${none}.\n`);
    expect((await run([log, missing, ...args])).stderr).toBe(
      `import: Cannot read ${missing}: there is no such file.\n`,
    );
  });

  it('counts lines once across files that overlap or were rotated, split, compressed or joined', async () => {
    const server = await startServer();
    const files = [
      await file('whole.log', part(0, 60)),
      await file('overlap.log', part(10, 50)),
      await file('rotated.log.1.gz', gzipSync(part(0, 30))),
      await file('rotated.log', part(30, 60)),
      await file('cut.log', part(0, 60).slice(0, part(0, 40).length + 30)),
      await file('joined.log', part(30, 60) + part(0, 30)),
      await file('truncated.log', Buffer.concat([Buffer.alloc(3_000), Buffer.from(part(40, 60))])),
    ];
    const { exitCode, stdout } = await run([...files, '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/ {2}unparsable +0\n {2}unfinished +1\n/);
    expect(new Set(ids(server.events)).size).toBe(60);
  });

  it('detects the format of each file, and counts equal lines of different sources separately', async () => {
    const server = await startServer();
    const entry = { ts: 1715940000.5, request: { client_ip: '192.0.2.1', method: 'GET', uri: '/json' }, status: 200 };
    const files = [await file('one.log', part(0, 1)), await file('caddy.log', `${JSON.stringify(entry)}\n`)];
    for (const source of ['web-1', 'web-2']) {
      expect((await run([...files, '--site', 'demo', '--url', server.url, '--source', source])).exitCode).toBe(0);
    }
    expect(paths(server.events)).toEqual(['/p1', '/json', '/p1', '/json']);
    expect(new Set(ids(server.events)).size).toBe(4);
  });

  it('reads only the format of --format', async () => {
    const log = await file('combined.log', part(0, 2));
    const args = [log, '--site', 'demo', '--url', 'http://127.0.0.1:9', '--format', 'caddy'];
    expect((await run(args)).stderr).toContain('is in a supported format (json)');
  });

  it('sends only lines that match --hostname and --path', async () => {
    const server = await startServer();
    // A path matches in any encoding.
    const hosts = ['www.example.org:443', 'Blog.example.org', 'other.example'];
    const log = await file(
      'vhosts.log',
      lines
        .slice(0, 6)
        .map((line, index) => `${hosts[index % 3]} ${line}`)
        .join('') + lines[6],
    );
    const args = [log, '--site', 'demo', '--url', server.url];
    const { stdout } = await run([...args, '--hostname', '*.EXAMPLE.org', '--hostname', 'x']);
    expect(paths(server.events.splice(0))).toEqual(['/p1', '/p2', '/p4', '/p5']);
    expect(stdout).toContain(
      '  filtered out              3\nThere is no host in 1 of the lines filtered out: --hostname cannot match them.\n',
    );
    await run([...args, '--hostname', 'other.example', '--path', '/%706', '--path', '/nothing/*']);
    expect(server.events.map(({ path, properties }) => [path, properties.hostname])).toEqual([
      ['/p6', 'other.example'],
    ]);
  });

  it('warns that --hostname cannot match lines without a host', async () => {
    const log = await file('hostless.log', part(0, 2));
    const { stdout } = await run([log, '--site', 'demo', '--url', 'http://127.0.0.1:9', '--hostname', '*']);
    expect(stdout).toContain('There is no host in the lines filtered out: --hostname cannot match them.\n');
    const other = await run([log, '--site', 'demo', '--url', 'http://127.0.0.1:9', '--path', '/nothing']);
    expect(other.stdout).not.toContain('no host');
  });
});
