/** Which pages may frame shared links, as configured. */
import { expect, it } from 'vitest';
import { configSchema } from '../../src/config.js';
import { frameAncestors, isEmbeddable } from '../../src/share-links/frame-ancestors.js';

const configOf = (EMBED_ORIGINS?: string) =>
  configSchema.validate({
    DATABASE_URL: 'postgres://localhost/x',
    ...(EMBED_ORIGINS !== undefined && { EMBED_ORIGINS }),
  });

it.each([
  [undefined, "frame-ancestors 'self'", false],
  ['https://wiki.example', "frame-ancestors 'self' https://wiki.example", true],
  [
    'https://wiki.example, http://localhost:8080 ,https://*.shop.example',
    "frame-ancestors 'self' https://wiki.example http://localhost:8080 https://*.shop.example",
    true,
  ],
  ['http://[::1]:3000', "frame-ancestors 'self' http://[::1]:3000", true],
  ['*', 'frame-ancestors *', true],
])('of EMBED_ORIGINS=%s makes %s', (origins, directive, embeddable) => {
  const { value, error } = configOf(origins);
  expect(error).toBeUndefined();
  expect([frameAncestors(value), isEmbeddable(value)]).toEqual([directive, embeddable]);
});

it.each([
  ...['wiki.example', 'https://wiki.example/page', "https://a.example; script-src 'unsafe-inline'", "'none'", 'https:'],
  ...['https://a.example b', 'ftp://a.example', 'https://a*.example', 'javascript:alert(1)', 'https://a@b.example'],
])('refuses %s', (origins) => {
  expect(configOf(origins).error?.message).toContain('EMBED_ORIGINS');
});
