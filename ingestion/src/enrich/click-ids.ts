/** Click ids: URL parameters by which ad networks recognise their clicks. */
import type { Channel } from './channel.js';

export interface ClickId {
  /** In the network's spelling. */
  name: string;
  source: string;
  channel: Channel;
}

/**
 * From the networks' documentation of click ids and automatic tagging. Nearly all mean a paid click; those of mail services are
 * added to every link of a campaign, and fbclid to every link that leaves Facebook and Instagram.
 */
const rows: readonly (readonly [name: string, source: string, channel: Channel])[] = [
  ['gclid', 'Google', 'Paid Search'],
  ['gbraid', 'Google', 'Paid Search'],
  ['wbraid', 'Google', 'Paid Search'],
  ['dclid', 'Google Marketing Platform', 'Display'],
  ['msclkid', 'Bing', 'Paid Search'],
  ['yclid', 'Yandex', 'Paid Search'],
  ['fbclid', 'Facebook', 'Organic Social'],
  ['ttclid', 'TikTok', 'Paid Social'],
  ['twclid', 'X', 'Paid Social'],
  ['li_fat_id', 'LinkedIn', 'Paid Social'],
  ['rdt_cid', 'Reddit', 'Paid Social'],
  ['ScCid', 'Snapchat', 'Paid Social'],
  ['epik', 'Pinterest', 'Paid Social'],
  ['qclid', 'Quora', 'Paid Social'],
  ['tblci', 'Taboola', 'Display'],
  ['dicbo', 'Outbrain', 'Display'],
  ['irclickid', 'Impact', 'Affiliates'],
  ['cjevent', 'CJ Affiliate', 'Affiliates'],
  ['awc', 'Awin', 'Affiliates'],
  ['ranSiteID', 'Rakuten Advertising', 'Affiliates'],
  ['mc_eid', 'Mailchimp', 'Email'],
  ['_kx', 'Klaviyo', 'Email'],
  ['mkt_tok', 'Marketo', 'Email'],
  ['_hsenc', 'HubSpot', 'Email'],
];

const clickIds: ReadonlyMap<string, ClickId> = new Map(
  rows.map(([name, source, channel]) => [name.toLowerCase(), { name, source, channel }]),
);

/** @param parameter the name of a parameter, in any case */
export const findClickId = (parameter: string): ClickId | undefined => clickIds.get(parameter.toLowerCase());
