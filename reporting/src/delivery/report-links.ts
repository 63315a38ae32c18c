/** Signed links in emails and webhooks, for people without a key. */
import { dayMs } from '@millrace/shared/time/durations';
import { type Links, publicAddress } from '../exports/export-links.js';

export interface PublicLinks {
  publicUrl: string;
  links: Links;
}

/** Most reports are read within a month. */
const downloadLifeMs = 30 * dayMs;
/** Unsubscribing must work even from a very old email. */
const unsubscribeLifeMs = 3_650 * dayMs;

const inSeconds = (now: Date, lifeMs: number) => Math.floor((now.getTime() + lifeMs) / 1_000);

const addressOf = async ({ publicUrl, links }: PublicLinks, path: string, expires: number) =>
  publicAddress(publicUrl, await links.sign(path, expires));

export interface DownloadLink {
  url: string;
  expiresAt: Date;
}

/** A link that downloads the file of a report. */
export async function reportLink(links: PublicLinks, reportId: string, now: Date): Promise<DownloadLink> {
  const expires = inSeconds(now, downloadLifeMs);
  const url = await addressOf(links, `/api/v1/reports/${reportId}/download`, expires);
  return { url, expiresAt: new Date(expires * 1_000) };
}

/** The path that is signed. Encoding makes its spelling unique. */
export const unsubscribePath = (templateId: string, recipient: string) =>
  `/api/v1/report-templates/${encodeURIComponent(templateId)}/unsubscribe/${encodeURIComponent(recipient)}`;

/** A link that unsubscribes one recipient from a template. */
export const unsubscribeLink = (links: PublicLinks, templateId: string, recipient: string, now: Date) =>
  addressOf(links, unsubscribePath(templateId, recipient), inSeconds(now, unsubscribeLifeMs));
