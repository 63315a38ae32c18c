/** The unsubscribe page of report mails, for people without a key. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { type Html, html, htmlText } from '../delivery/html.js';
import { unsubscribePath } from '../delivery/report-links.js';
import { findSubscription, unsubscribeRecipient } from '../delivery/unsubscribe.js';
import type { Links } from '../exports/export-links.js';

export interface UnsubscribeDependencies {
  writePool: Pool;
  links: Links;
  clock?: () => Date;
}

const invalidLink = () =>
  new ServiceError('forbidden', 'This link is invalid, incomplete or has expired. Use the link in a newer mail.');

/** @throws ServiceError `forbidden` if the signature is invalid. */
async function openLink({ writePool, links }: UnsubscribeDependencies, req: Request, now: Date) {
  const { id, recipient } = req.params as { id: string; recipient: string };
  const { expires, signature } = req.query;
  if (!(await links.isValid(unsubscribePath(id, recipient), { expires, signature }, now))) throw invalidLink();
  return { id, recipient, subscription: await findSubscription(writePool, id, recipient) };
}

function sendPage(res: Response, title: string, body: Html): void {
  res.set({
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  });
  res.type('html').send(
    htmlText(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title>
<style>:root { color-scheme: light dark } body { font: 17px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem } button { font: inherit; padding: .6rem 1.2rem; cursor: pointer }</style></head>
<body><h1>${title}</h1>${body}</body></html>
`),
  );
}

function sendDeleted(res: Response, recipient: string): void {
  const body = html`<p>The report that this link belongs to has been deleted. ${recipient} will get no more mails about it.</p>`;
  sendPage(res, 'Nothing to unsubscribe from', body);
}

function sendLeft(res: Response, title: string, recipient: string, name: string): void {
  const body = html`<p>${recipient} will get no more mails with the report “${name}”.</p>
<p>To get them again, ask your Millrace administrator to add this address back.</p>`;
  sendPage(res, title, body);
}

/** Only asks for confirmation, because virus scanners open every link in a mail. */
const confirm =
  (deps: UnsubscribeDependencies): RequestHandler =>
  async (req, res) => {
    const { recipient, subscription } = await openLink(deps, req, (deps.clock ?? (() => new Date()))());
    if (!subscription) return sendDeleted(res, recipient);
    const { name, isRecipient, hasUnsubscribed } = subscription;
    if (hasUnsubscribed) return sendLeft(res, 'Already unsubscribed', recipient, name);
    const state = isRecipient
      ? html`${recipient} gets the report “${name}” by mail.`
      : html`${recipient} gets no new mails with the report “${name}”, but earlier ones may be sent again.`;
    const body = html`<p>${state}</p><form method="post"><button>Unsubscribe</button></form>`;
    sendPage(res, 'Unsubscribe?', body);
  };

/** Called by the button on the page, and by mail programs (RFC 8058). */
const unsubscribe =
  (deps: UnsubscribeDependencies): RequestHandler =>
  async (req, res) => {
    const now = (deps.clock ?? (() => new Date()))();
    const { id, recipient, subscription } = await openLink(deps, req, now);
    if (!subscription) return sendDeleted(res, recipient);
    const { name, hasUnsubscribed } = subscription;
    if (!hasUnsubscribed) await unsubscribeRecipient(deps.writePool, id, recipient, now);
    sendLeft(res, hasUnsubscribed ? 'Already unsubscribed' : 'Unsubscribed', recipient, name);
  };

export function unsubscribeRoutes(deps: UnsubscribeDependencies): Router {
  const router = Router();
  router.get('/api/v1/report-templates/:id/unsubscribe/:recipient', confirm(deps));
  router.post('/api/v1/report-templates/:id/unsubscribe/:recipient', unsubscribe(deps));
  return router;
}
