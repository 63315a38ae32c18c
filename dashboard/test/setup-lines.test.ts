import { expect, it } from 'vitest';
import { curlOf, ingestionAddress, snippetOf } from '../src/empty/setup-lines.ts';

const from = (hostname: string, protocol = 'http:') => ({ protocol, hostname });

it('takes the address of ingestion that was configured, as this browser reaches it', () => {
  expect(ingestionAddress('https://events.example.org/in/', from('stats.example.org'))).toBe(
    'https://events.example.org/in',
  );
  expect(ingestionAddress('http://127.0.0.1:3100', from('127.0.0.1'))).toBe('http://127.0.0.1:3100');
  expect(ingestionAddress('http://127.0.0.1:3100', from('server.lan'))).toBe('http://server.lan:3100');
});

it('otherwise takes port 3000 of the same machine', () => {
  expect(ingestionAddress(null, from('server.lan'))).toBe('http://server.lan:3000');
});

it('counts pages on the own computer where that is where it is tried', () => {
  expect(snippetOf('http://localhost:3000', 'shop')).toBe(
    '<script defer src="http://localhost:3000/m.js" data-site="shop" data-localhost></script>',
  );
  expect(snippetOf('https://events.example.org', 'shop')).toBe(
    '<script defer src="https://events.example.org/m.js" data-site="shop"></script>',
  );
});

it('writes the id of a site so that neither HTML nor the shell takes it for anything else', () => {
  expect(snippetOf('https://events.example.org', '"><script>')).toContain('data-site="&quot;>&lt;script>"');
  expect(curlOf('https://events.example.org', "o'clock")).toBe(
    `curl -X POST https://events.example.org/event -H 'content-type: application/json' -d '{"site_id":"o'\\''clock","event_type":"view","path":"/","user_id":"me"}'`,
  );
});
