import { describe, expect, it } from 'vitest';
import { type FoundSource, findSource } from '../../src/enrich/find-source.ts';

const found = (source: string, channel: FoundSource['channel']): FoundSource => ({ source, channel });

describe('utm_medium', () => {
  it.each<[string, string, FoundSource['channel']]>([
    ['google', 'cpc', 'Paid Search'],
    ['google', 'PPC', 'Paid Search'],
    ['bing.com', 'paid-search', 'Paid Search'],
    ['google', 'cpm', 'Paid Search'],
    ['google', 'organic', 'Organic Search'],
    ['google', 'display', 'Display'],
    ['google', 'email', 'Email'],
    ['fb', 'cpc', 'Paid Social'],
    ['ig', 'paid_social', 'Paid Social'],
    ['linkedin', 'post', 'Organic Social'],
    ['youtube', 'cpv', 'Video'],
    ['youtube', 'paid', 'Video'],
    ['amazon', 'cpc', 'Shopping'],
    ['chatgpt.com', 'cpc', 'Paid Search'],
    ['awin', 'cpa', 'Affiliates'],
    ['partner', 'cpc', 'Paid Search'],
    ['partner', 'paid', 'Display'],
    ['partner', 'retargeting', 'Display'],
    ['partner', 'paidsocial', 'Paid Social'],
    ['partner', 'paid-video', 'Video'],
    ['partner', 'cpm', 'Display'],
    ['partner', 'banner', 'Display'],
    ['partner', 'Interstitial', 'Display'],
    ['partner', 'affiliate', 'Affiliates'],
    ['partner', 'e-mail', 'Email'],
    ['partner', 'newsletter', 'Email'],
    ['partner', 'social', 'Organic Social'],
    ['partner', 'social media', 'Organic Social'],
    ['partner', 'sm', 'Organic Social'],
    ['partner', 'video', 'Video'],
    ['partner', 'organic', 'Organic Search'],
    ['partner', 'referral', 'Referral'],
    ['partner', 'qr-code', 'Referral'],
    ['newsletter', 'link', 'Email'],
  ])('from source %s with medium %s is %s', (utm_source, utm_medium, channel) => {
    expect(findSource({ utm_source, utm_medium }).channel).toBe(channel);
  });

  it('determines the channel also without a source', () => {
    expect([
      findSource({ utm_medium: 'email' }),
      findSource({ utm_medium: 'qr-code' }),
      findSource({ utm_medium: 'cpc', referrerHost: 'www.google.com' }),
    ]).toEqual([{ channel: 'Email' }, { channel: 'Direct' }, found('Google', 'Paid Search')]);
  });

  it('with a shopping campaign is Shopping if it was paid for', () => {
    const campaigns = ['summer shopping', 'e-shop', 'workshop', 'summer'];
    const channels = campaigns.map(
      (utm_campaign) => findSource({ utm_source: 'google', utm_medium: 'cpc', utm_campaign }).channel,
    );
    expect(channels).toEqual(['Shopping', 'Shopping', 'Paid Search', 'Paid Search']);
    expect(findSource({ utm_source: 'newsletter', utm_medium: 'email', utm_campaign: 'e-shop' }).channel).toBe('Email');
  });
});
