import { describe, expect, it } from 'vitest';
import { readCampaign } from '../../src/enrich/read-campaign.ts';

describe('readCampaign', () => {
  it('reads all parameters, decoded', () => {
    const query =
      'page=2&utm_source=news+letter&utm_medium=e%2Dmail&utm_campaign=Fr%C3%BChling%202026&utm_term=a%26b&utm_content=%F0%9F%8C%B1&gclid=x';
    expect(readCampaign(query)).toEqual({
      utm_source: 'news letter',
      utm_medium: 'e-mail',
      utm_campaign: 'Frühling 2026',
      utm_term: 'a&b',
      utm_content: '🌱',
      click_id: 'gclid',
    });
  });

  it.each([
    ['', {}],
    ['?', {}],
    ['page=2&utm_sources=x&utm=y', {}],
    ['?utm_source=x', { utm_source: 'x' }],
    ['UTM_Source=X&GCLID=1', { utm_source: 'X', click_id: 'gclid' }],
    ['utm_source=a&amp;utm_medium=b', { utm_source: 'a', utm_medium: 'b' }],
    ['utm_source=&utm_medium&gclid=&fbclid', {}],
    ['utm_source=+%20%09&utm_medium=%00', {}],
    ['utm_source=a&utm_source=b', { utm_source: 'a' }],
    ['utm_source=&utm_source=b&utm_source=c', { utm_source: 'b' }],
    ['utm_source=a=b', { utm_source: 'a=b' }],
    ['utm_source=%&utm_medium=%zz&utm_campaign=%C3', { utm_source: '%', utm_medium: '%zz', utm_campaign: '\ufffd' }],
    ['utm_source=a%00b%0Ac', { utm_source: 'a b c' }],
    ['utm_source=%ED%A0%80', { utm_source: '\ufffd\ufffd\ufffd' }],
    ['__proto__=x&constructor=y&utm_source=__proto__', { utm_source: '__proto__' }],
  ])('reads %j as %j', (query, campaign) => {
    expect(readCampaign(query)).toEqual(campaign);
  });

  it('uses other names of the source only without utm_source', () => {
    const queries = ['ref=a', 'source=b', 'source=b&ref=a', 'ref=a&utm_source=c', 'ref=a&utm_source=', 'ref=&source=b'];
    expect(queries.map((query) => readCampaign(query).utm_source)).toEqual(['a', 'b', 'a', 'c', 'a', 'b']);
  });

  it('returns the last click id, because a shared link keeps the older ones', () => {
    const queries = ['gclid=1&fbclid=2', 'fbclid=2&gclid=1', 'ScCid=1', 'sccid=1&page=2', 'clickid=1'];
    expect(queries.map((query) => readCampaign(query).click_id)).toEqual([
      'fbclid',
      'gclid',
      'ScCid',
      'ScCid',
      undefined,
    ]);
  });

  it('truncates values to 255 code points', () => {
    expect(readCampaign(`utm_source=${'x'.repeat(300)}&utm_term=${'%F0%9F%8C%B1'.repeat(256)}`)).toEqual({
      utm_source: 'x'.repeat(255),
      utm_term: '🌱'.repeat(255),
    });
  });

  it('reads no more than a URL can contain', () => {
    expect(readCampaign(`utm_source=a&${'x=1&'.repeat(2_000)}utm_medium=b`)).toEqual({ utm_source: 'a' });
  });
});
