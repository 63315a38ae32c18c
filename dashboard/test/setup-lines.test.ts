import { expect, it } from 'vitest';
import { curlOf, ingestionAddress, snippetOf } from '../src/empty/setup-lines.ts';

const from = (hostname: string, protocol = 'http:') => ({ protocol, hostname });

it('uses the configured address of ingestion, as this browser can reach it', () => {
  expect(ingestionAddress('https://events.example.org/in/', from('stats.example.org'))).toBe(
    'https://events.example.org/in',
  );
  expect(ingestionAddress('http://127.0.0.1:3100', from('127.0.0.1'))).toBe('http://127.0.0.1:3100');
  expect(ingestionAddress('http://127.0.0.1:3100', from('server.lan'))).toBe('http://server.lan:3100');
});

it('otherwise uses port 3000 of the same host', () => {
  expect(ingestionAddress(null, from('server.lan'))).toBe('http://server.lan:3000');
});

it('counts pages on localhost if Millrace runs there too', () => {
  expect(snippetOf('http://localhost:3000', 'shop')).toBe(
    '<script defer src="http://localhost:3000/m.js" data-site="shop" data-localhost></script>',
  );
  expect(snippetOf('https://events.example.org', 'shop')).toBe(
    '<script defer src="https://events.example.org/m.js" data-site="shop"></script>',
  );
});

it('escapes the site id for HTML and for the shell', () => {
  expect(snippetOf('https://events.example.org', '"><script>')).toContain('data-site="&quot;>&lt;script>"');
  expect(curlOf('https://events.example.org', "o'clock")).toBe(
    `curl -X POST https://events.example.org/event -H 'content-type: application/json' -d '{"site_id":"o'\\''clock","event_type":"view","path":"/","user_id":"me"}'`,
  );
});
