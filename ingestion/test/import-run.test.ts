/** Whole imports, from arguments to exit code, against a fake ingestion. */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

useImportServer();

import {
  type Answer,
  byNumber,
  closeServers,
  file,
  json,
  logText,
  numbered,
  pathOf,
  paths,
  run,
  startServer,
  useImportServer,
} from './import-server.ts';

describe('import of valid logs', () => {
  it('sends each line as one event, in order within NDJSON batches of 1,000, and ends with a summary', async () => {
    const server = await startServer();
    const log = await file('plain.log', logText(2500));
    const { exitCode, stdout, stderr } = await run([log, '--site', 'demo', '--url', server.url]);
    expect(stdout).toBe(
      [
        `${log} for site demo:`,
        '  lines read            2,500',
        '  accepted              2,500',
        '  rejected                  0',
        '  bots skipped              0',
        '  unparsable                0',
        'Accepted events are safe in the queue. Once the processor has stored them,',
        '/stats?site_id=demo of the reporting service includes them. Lines imported before are not counted again.',
        '',
      ].join('\n'),
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(server.requests.map(({ events }) => events.length).sort()).toEqual([1000, 1000, 500]);
    expect(new Set(server.requests.map(({ contentType }) => contentType))).toEqual(new Set(['application/x-ndjson']));
    expect(paths(server.events).sort(byNumber)).toEqual(numbered(2500));
  });

  it('sends exactly the same events from a plain file, a gzip file of any name, CR LF lines and standard input', async () => {
    const text = logText(300);
    const sources = [
      [await file('same.log', text)],
      [await file('same-packed.log', gzipSync(text))],
      [await file('same-dos.log', text.replaceAll('\n', '\r\n'))],
      ['-', text],
      ['-', gzipSync(text)],
    ] as [string, (string | Buffer)?][];
    const sent = [];
    for (const [path, input] of sources) {
      const server = await startServer();
      const stdin = Readable.from(input === undefined ? [] : [Buffer.from(input)]);
      expect((await run([path, '--site', 'demo', '--url', server.url], { stdin })).exitCode).toBe(0);
      sent.push(server.events);
    }
    expect(sent[0]).toHaveLength(300);
    for (const events of sent) expect(events).toEqual(sent[0]);
  });

  it('gives the same file the same ids every time, and equal lines different ones', async () => {
    const line = logText(1);
    const log = await file('twice.log', line.repeat(3));
    const server = await startServer();
    await run([log, '--site', 'demo', '--url', server.url]);
    await run([log, '--site', 'demo', '--url', server.url]);
    const ids = server.events.map(({ event_id }) => event_id);
    expect(ids.slice(3)).toEqual(ids.slice(0, 3));
    expect(new Set(ids).size).toBe(3);
  });

  it('skips a last line without a line break, says so, and counts it once when the file has grown', async () => {
    const server = await startServer();
    const whole = logText(3).replace(/ 200 5 .*/g, ' 200 1234');
    // The rest looks like a complete line of the Common Log Format.
    const cut = whole.slice(0, -'34\n'.length);
    for (const text of [cut, whole, whole]) {
      const log = await file('growing.log', text);
      const { stdout, exitCode } = await run([log, '--site', 'demo', '--url', server.url]);
      expect(exitCode).toBe(0);
      expect(stdout.includes('A last line has no line break, may be incomplete, and was skipped')).toBe(text !== whole);
      expect(/ {2}unfinished +1\n/.test(stdout)).toBe(text !== whole);
    }
    expect(new Set(server.events.map(({ event_id }) => event_id)).size).toBe(3);
  });

  it.each([
    ['truncated so that it is unreadable', `${logText(3)}192.0.2.7 - - [17/May/20`, 0, [1, 0]],
    ['truncated JSON', '{"ts":1.7e9,"uri":"/1","method":"GET","status":200}\n{"ts":1.7e9,"u', 0, [1, 0]],
    ['only spaces', `${logText(3)}  `, 0, [0, 0]],
    ['unreadable like the whole file', '192.0.2.7 - - [17/May/20', 1, [0, 1]],
  ] as const)(
    'distinguishes unfinished from unparsable last lines: %s',
    async (_how, text, code, [unfinished, unparsable]) => {
      const server = await startServer();
      const log = await file('cut.log', text);
      const { stdout, exitCode } = await run([log, '--site', 'demo', '--url', server.url]);
      expect(exitCode).toBe(code);
      expect(Number(/ {2}unfinished +(\d+)\n/.exec(stdout)?.[1] ?? 0)).toBe(unfinished);
      expect(Number(/ {2}unparsable +(\d+)\n/.exec(stdout)![1])).toBe(unparsable);
    },
  );

  it.each([
    ['--include-unfinished', logText(3).trimEnd(), ['--include-unfinished']],
    ['a carriage return at its end', `${logText(3).trimEnd()}\r`, []],
    ['JSON in it, which is complete', '{"ts":1.7e9,"uri":"/1","method":"GET","status":200}', []],
  ])('sends a last line without a line break if it has %s', async (_why, text, options) => {
    const server = await startServer();
    const log = await file('complete.log', text);
    const { stdout } = await run([log, '--site', 'demo', '--url', server.url, ...options]);
    expect(server.events).toHaveLength(text.split('\n').length);
    expect(stdout).not.toContain('no line break');
  });

  it('sends assets as events of type asset, or as views with --count-assets', async () => {
    const log = await file('assets.log', logText(3).replace('/p2', '/style.css?v=3').replace('/p3', '/robots.txt'));
    const [asAssets, asViews] = [await startServer(), await startServer()];
    await run([log, '--site', 'demo', '--url', asAssets.url]);
    await run([log, '--site', 'demo', '--url', asViews.url, '--count-assets']);
    expect(asAssets.events.map(({ event_type }) => event_type)).toEqual(['view', 'asset', 'asset']);
    expect(asViews.events.map(({ event_type }) => event_type)).toEqual(['view', 'view', 'view']);
    expect(asViews.events.map(({ event_id }) => event_id)).toEqual(asAssets.events.map(({ event_id }) => event_id));
  });

  it('sends the key from the arguments or the environment', async () => {
    const server = await startServer();
    const log = await file('key.log', logText(1));
    await run([log, '--site', 'demo', '--url', server.url, '--key', 'mr_1']);
    await run([log, '--site', 'demo'], { environment: { MILLRACE_KEY: 'mr_2', MILLRACE_URL: server.url } });
    await run([log, '--site', 'demo', '--url', server.url]);
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer mr_1',
      'Bearer mr_2',
      undefined,
    ]);
  });

  it('counts without sending in a dry run', async () => {
    const log = await file('dry.log', logText(3));
    const { exitCode, stdout } = await run([log, '--site', 'demo', '--url', 'http://127.0.0.1:9', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('  to be sent                3\n');
    expect(stdout).toContain('Nothing was sent: this was a dry run.\n');
  });

  it('succeeds with an empty log', async () => {
    const { exitCode, stdout } = await run([
      await file('empty.log', ''),
      '--site',
      'demo',
      '--url',
      'http://127.0.0.1:9',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('  lines read                0\n');
  });

  it('draws a bar on a terminal', async () => {
    const server = await startServer();
    const log = await file('bar.log', logText(10));
    const { stderr } = await run([log, '--site', 'demo', '--url', server.url], { tty: true });
    expect(stderr).toContain('100 % | 0.0 MB | 10 lines | ');
  });
});

describe('import of logs with unparsable lines', () => {
  it('counts them and shows the first five with line numbers, escaped and truncated', async () => {
    const bad = ['\u001b[31mred', 'b'.repeat(500), 'x'.repeat(70_000), 'four', 'five', 'six', 'seven'];
    const log = await file('bad.log', `${logText(2)}\n${bad.join('\n')}\n${logText(1)}`);
    const server = await startServer();
    const args = [log, '--site', 'demo', '--url', server.url, '--max-unparsable', '70'];
    const { exitCode, stdout } = await run(args);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').slice(0, 7)).toEqual([
      'Unparsable:',
      '  line 4: \\u{1b}[31mred',
      `  line 5: ${'b'.repeat(120)}…`,
      `  line 6: (longer than 64 KB) ${'x'.repeat(120)}…`,
      '  line 7: four',
      '  line 8: five',
      '  and 2 more',
    ]);
    expect(stdout).toContain('  unparsable                7\n  blank                     1\n');
    expect(paths(server.events)).toEqual(['/p1', '/p2', '/p1']);
  });

  it('fails if no line is in a supported format', async () => {
    const log = await file('prose.txt', 'Dear diary,\n\ntoday\n');
    const { exitCode, stderr } = await run([log, '--site', 'demo', '--url', 'http://127.0.0.1:9']);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `import: No line of ${log} is in a supported format (combined, json, w3c, alb). See --help for the formats and --json-fields.\n`,
    );
  });

  it('fails if more of a file than --max-unparsable is unreadable, although the rest was sent', async () => {
    const server = await startServer();
    const args = [
      await file('good.log', logText(500)),
      await file('half.log', `${logText(3)}a\nb\nc\nd\n\n`),
      ...['--site', 'demo', '--url', server.url],
    ];
    const { exitCode, stdout, stderr } = await run(args);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `import: 4 of 7 lines (57.1 %) of ${args[1]} are unreadable, more than the 5 % of --max-unparsable; the others were sent.\n`,
    );
    expect(stdout).toContain(`Unparsable:\n  ${args[1]} line 4: a\n`);
    expect(server.events).toHaveLength(503);
    expect((await run([...args, '--max-unparsable', '57.2'])).exitCode).toBe(0);
    expect((await run([...args, '--max-unparsable=57'])).exitCode).toBe(1);
  });

  it('accepts one unreadable line in twenty', async () => {
    const server = await startServer();
    const log = await file('twenty.log', `${logText(19)}bad\n`);
    expect((await run([log, '--site', 'demo', '--url', server.url])).exitCode).toBe(0);
    expect((await run([log, '--site', 'demo', '--url', server.url, '--max-unparsable', '0'])).exitCode).toBe(1);
  });
});

describe('import while the server is busy or unreachable', () => {
  it('retries after 503, and loses nothing', async () => {
    const busy: Answer = (_events, res) => json(res, 503, { error: { code: 'queue_unavailable', message: 'later' } });
    const server = await startServer(busy, busy, busy);
    const log = await file('busy.log', logText(1500));
    const { exitCode, stderr } = await run([log, '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/events answers 503; next attempt in 0\.\d s\.\n$/);
    expect(paths(server.events).sort(byNumber)).toEqual(numbered(1500));
  });

  it('waits for the time of Retry-After', async () => {
    const limit: Answer = (_events, res) => json(res, 429, {}, { 'retry-after': '1' });
    const server = await startServer(limit);
    const { exitCode } = await run([await file('limit.log', logText(3)), '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(0);
    const [first, second] = server.requests.map(({ at }) => at);
    expect(second! - first!).toBeGreaterThanOrEqual(990);
  });

  it('retries with the same ids if the connection breaks before the response', async () => {
    const server = await startServer((_events, res) => void res.destroy());
    const { exitCode } = await run([await file('cut.log', logText(3)), '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(0);
    expect(server.requests[1]?.events).toEqual(server.requests[0]?.events);
  });

  it('immediately suggests that Millrace is not running if nothing listens', async () => {
    const log = await file('unreachable.log', logText(3));
    const { url } = await startServer();
    await closeServers(); // its port is free now
    const args = [log, '--site', 'demo', '--url', url];
    const { exitCode, stdout, stderr } = await run(args, { giveUpAfterMs: 3_600_000 });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('  not sent                  3\n');
    expect(stderr).toBe(
      `import: ${url} is unreachable (ECONNREFUSED). Is Millrace running? ` +
        'Start it with npm start, or give the URL of ingestion with --url.\n',
    );
    const unknown = await run([log, '--site', 'demo', '--url', 'http://millrace.invalid'], {
      giveUpAfterMs: 3_600_000,
    });
    expect(unknown.stderr).toMatch(
      /^import: http:\/\/millrace\.invalid is unreachable \(\w+\)\. Is Millrace running\?/,
    );
  });

  it('waits for a server that has responded before, and gives up with one sentence', async () => {
    const server = await startServer((_events, res) => {
      json(res, 503, {}, { connection: 'close' });
      void closeServers();
    });
    const log = await file('stopped.log', logText(3));
    const { exitCode, stderr } = await run([log, '--site', 'demo', '--url', server.url], { giveUpAfterMs: 700 });
    expect(exitCode).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^import: \S+\/events is unreachable \(ECONN\w+\); gave up after 0\.7 s without success\.$/,
    );
  });

  it('gives up immediately if Retry-After exceeds its limit, and closes an input that is still open', async () => {
    const server = await startServer((_events, res) => json(res, 429, {}, { 'retry-after': '3600' }));
    const stdin = new Readable({ read() {} });
    stdin.push(logText(1001)); // and no end
    const { exitCode, stderr } = await run(['-', '--site', 'demo', '--url', server.url], { stdin });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('answers 429 and asks to wait 3600 s; gave up after 5 s without success.');
    expect(stdin.destroyed).toBe(true);
  });

  it('reads only a few batches ahead while the server does not respond', async () => {
    let read = 0;
    const stdin = new Readable({
      read() {
        read += 1000;
        this.push(logText(1000));
      },
    });
    const server = await startServer(...Array<Answer>(500).fill((_events, res) => json(res, 503, {})));
    const args = ['-', '--site', 'demo', '--url', server.url];
    expect((await run(args, { stdin, giveUpAfterMs: 500 })).exitCode).toBe(1);
    expect(read).toBeLessThanOrEqual(10_000);
  });
});

describe('import that the server refuses', () => {
  it('shows the lines of rejected events, sends the rest, and exits with 1', async () => {
    const rejected = [{ index: 1, reason: 'out_of_range', message: 'timestamp must lie \u001b between' }];
    const server = await startServer((_events, res) => json(res, 200, { status: 'ok', accepted: 2, rejected }));
    const log = await file('rejected.log', `no log line\n${logText(3)}`);
    const { exitCode, stdout } = await run([log, '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('Rejected by the server:\n  line 3: timestamp must lie \\u{1b} between\n');
    expect(stdout).toContain('  accepted                  2\n  rejected                  1\n');
  });

  it('reads the rejections of a batch without a valid event, and continues with the next', async () => {
    const server = await startServer((events, res) => {
      const rejected = events.map((_event, index) => ({ index, reason: 'out_of_range', message: `bad ${index}` }));
      json(res, 400, { error: { code: 'invalid', message: 'nothing acceptable', details: { rejected } } });
    });
    const log = await file('all-rejected.log', logText(1003));
    const { exitCode, stdout } = await run([log, '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Rejected by the server:\n {2}line (1|1001): bad 0\n/);
    expect(stdout).toMatch(/accepted +(3|1,000)\n {2}rejected +(1,000|3)\n/);
  });

  it.each([
    [
      401,
      { error: { code: 'no_key', message: 'a key is needed.' } },
      'refuses with 401: a key is needed. Give a key with the scope write with --key or MILLRACE_KEY.',
    ],
    [
      403,
      { error: { code: 'forbidden', message: 'this key is limited to site "shop"' } },
      'refuses with 403: this key is limited to site "shop". Give a key with the scope write, for this site or for all sites, with --key or MILLRACE_KEY.',
    ],
    [
      404,
      { error: { code: 'not_found', message: 'This is the reporting service.' } },
      'refuses with 404: This is the reporting service. Give the URL of ingestion with --url.',
    ],
    [200, { hello: 'world' }, "answers 200, which Millrace's ingestion never does: check --url."],
    [404, 'Not found', "answers 404, which Millrace's ingestion never does: check --url."],
  ])('stops immediately after %i %j', async (status, body, sentence) => {
    const server = await startServer((_events, res) => json(res, status, body));
    const log = await file('refused.log', logText(3));
    const { exitCode, stdout, stderr } = await run([log, '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`import: ${server.url}/events ${sentence}`);
    expect(stdout).toContain('  not sent                  3\n');
    expect(server.requests).toHaveLength(1);
  });

  it('halves a batch until it is small enough for the server or a proxy', async () => {
    const limited: Answer = (events, res) => {
      if (events.length > 300) return json(res, 413, '<html>Request Entity Too Large</html>');
      const rejected = events.flatMap(({ path }, index) => (path === '/p777' ? [{ index, message: 'bad' }] : []));
      json(res, 200, { status: 'ok', accepted: events.length - rejected.length, rejected });
    };
    const server = await startServer(...Array<Answer>(7).fill(limited));
    const log = await file('halves.log', logText(1000));
    const { exitCode, stdout } = await run([log, '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('Rejected by the server:\n  line 777: bad\n');
    expect(stdout).toContain('  accepted                999\n');
    expect(server.requests.map(({ events }) => events.length)).toEqual([1000, 500, 250, 250, 500, 250, 250]);
  });

  it('stops at a single event that is too large', async () => {
    const tooLarge = { error: { code: 'too_large', message: 'at most 10 MB' } };
    const server = await startServer(...Array<Answer>(3).fill((_events, res) => json(res, 413, tooLarge)));
    const log = await file('too-large.log', logText(3));
    const { stderr } = await run([log, '--site', 'demo', '--url', server.url]);
    expect(stderr).toContain(`import: ${server.url}/events refuses with 413: at most 10 MB.`);
    expect(server.requests.map(({ events }) => events.length)).toEqual([3, 2, 1]);
  });

  it('does not follow redirects, which would lose the events', async () => {
    const server = await startServer((_events, res) => json(res, 301, {}, { location: 'https://host/events' }));
    const { stderr } = await run([await file('moved.log', logText(1)), '--site', 'demo', '--url', server.url]);
    expect(stderr).toContain('redirects (301) to https://host/events; give the final URL with --url.');
  });
});

describe('import of files that cannot be read', () => {
  it('reports the problem in one sentence before sending anything', async () => {
    const missing = pathOf('missing.log');
    expect(await run([missing, '--site', 'demo'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `import: Cannot read ${missing}: there is no such file.\n`,
    });
    expect((await run([pathOf(''), '--site', 'demo'])).stderr).toBe(
      `import: Cannot read ${pathOf('')}: it is a directory.\n`,
    );
    expect((await run([missing])).stderr).toBe(
      'import: --site ID is required: the site that the log belongs to. See --help.\n',
    );
  });

  it('sends the readable part of a truncated gzip file, then fails and says how far it got', async () => {
    const server = await startServer();
    const packed = gzipSync(logText(5000));
    const log = await file('cut.gz', packed.subarray(0, Math.floor(packed.length / 2)));
    const { exitCode, stdout, stderr } = await run([log, '--site', 'demo', '--url', server.url]);
    expect(exitCode).toBe(1);
    const lines = Number(
      /truncated: its gzip data end too early, after line ([\d,]+)\./.exec(stderr)?.[1]?.replace(',', ''),
    );
    expect(lines).toBeLessThan(5000);
    expect(paths(server.events).sort(byNumber)).toEqual(numbered(lines));
    expect(stdout).toContain(`  accepted     ${lines.toLocaleString('en').padStart(14)}\n`);
  });

  it.each([
    ['a.log.bz2', Buffer.from('BZh91AY&SY'), 'is compressed with bzip2', 'bzip2 -dc'],
    ['a.zip', Buffer.from('504b0304', 'hex'), 'is a zip archive', 'unzip -p'],
  ])('explains how to unpack %s', async (name, content, what, command) => {
    const log = await file(name, content);
    const { exitCode, stderr } = await run([log, '--site', 'demo', '--url', 'http://127.0.0.1:9']);
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `import: ${log} ${what}, which is not supported. Unpack it first, for example with \`${command} ${log} | npm run import -- - --site ...\`.\n`,
    );
  });

  it('shows help', async () => {
    const { exitCode, stdout } = await run(['--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run import -- FILE\.\.\. --site ID/);
  });
});
