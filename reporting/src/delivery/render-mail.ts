import { type MailContext, mailContent } from './mail-content.js';
import { mailHtml } from './mail-html.js';
import { mailText } from './mail-text.js';
import type { DeliverableReport } from './report-to-deliver.js';

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

export function renderMail(report: DeliverableReport, context: MailContext): RenderedMail {
  const content = mailContent(report, context);
  const { title, site, period, revision } = content;
  return {
    subject: `${revision === undefined ? '' : 'Revised: '}${title}: ${site}, ${period}`,
    text: mailText(content),
    html: mailHtml(content),
  };
}
