/** The links that messages about reports carry, for people without a key. */
import { type Links, publicAddress } from '../exports/export-links.js';

/** Where people reach this service, maybe in a folder of a site, and what signs its links. */
export interface PublicLinks {
  publicUrl: string;
  links: Links;
}

const dayMs = 86_400_000;
/** After a month most have been read. */
const downloadLifeMs = 30 * dayMs;
/** Whoever opens an old mail to get no more of them does so in vain otherwise. */
const unsubscribeLifeMs = 3_650 * dayMs;

const inSeconds = (now: Date, lifeMs: number) => Math.floor((now.getTime() + lifeMs) / 1_000);

const addressOf = async ({ publicUrl, links }: PublicLinks, path: string, expires: number) =>
  publicAddress(publicUrl, await links.sign(path, expires));

export interface DownloadLink {
  url: string;
  expiresAt: Date;
}

/** Downloads the file of a report. */
export async function reportLink(links: PublicLinks, reportId: string, now: Date): Promise<DownloadLink> {
  const expires = inSeconds(now, downloadLifeMs);
  const url = await addressOf(links, `/api/v1/reports/${reportId}/download`, expires);
  return { url, expiresAt: new Date(expires * 1_000) };
}

/** What is signed; parts of it are written in one way only. */
export const unsubscribePath = (templateId: string, recipient: string) =>
  `/api/v1/report-templates/${encodeURIComponent(templateId)}/unsubscribe/${encodeURIComponent(recipient)}`;

/** Ends the mails of a template to one recipient. */
export const unsubscribeLink = (links: PublicLinks, templateId: string, recipient: string, now: Date) =>
  addressOf(links, unsubscribePath(templateId, recipient), inSeconds(now, unsubscribeLifeMs));
