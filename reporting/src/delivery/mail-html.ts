/** Tables and inline styles, because mail clients support little else. */
import { type Html, html, htmlText, noHtml, ownHtml } from './html.js';
import type { MailContent, ShownFigure } from './mail-content.js';

const font = 'font-family:system-ui,Roboto,Helvetica,Arial,sans-serif';
const ink = 'color:#111827';
const grey = 'color:#6b7280';
const moods = { good: '#047857', bad: '#b91c1c', neutral: '#6b7280' };

/** For clients with dark mode; the others use the inline styles. */
const styles = ownHtml(`@media (prefers-color-scheme: dark) {
  .page { background: #0b1120 !important } .card { background: #172033 !important; border-color: #2b3650 !important }
  .ink { color: #f3f4f6 !important } .grey { color: #a3adbf !important } .box { background: #202b42 !important }
  .note { background: #3b2f12 !important; color: #fde68a !important } .line { border-color: #2b3650 !important }
  .neutral { color: #a3adbf !important } .good { color: #34d399 !important } .bad { color: #fca5a5 !important } .link { color: #93c5fd !important }
}
@media (max-width: 480px) {
  .pad { padding-left: 16px !important; padding-right: 16px !important } .figures { padding-left: 8px !important; padding-right: 8px !important }
  .box { padding: 12px !important } .value { font-size: 19px !important }
}`);

/** The preview that mail clients show after the subject. */
function preview({ figures, period }: MailContent): string {
  const shown = figures
    .slice(0, 3)
    .map(({ title, value, change }) => `${title} ${value}${change ? ` ${change.text}` : ''}`);
  return [period, ...shown].join(' · ');
}

function figureBox({ title, value, change, previous }: ShownFigure): Html {
  const color = `color:${moods[change?.mood ?? 'neutral']}`;
  const before =
    previous === undefined
      ? noHtml
      : html`<span class="grey" style="${grey}">${change ? ' · ' : ''}${previous} before</span>`;
  const after = change
    ? html`<span class="${change.mood}" style="${color};font-weight:600">${change.text}</span>`
    : noHtml;
  return html`<td class="box" width="50%" valign="top" style="width:50%;background:#f3f4f6;border-radius:8px;padding:14px 16px;${font}">
<div class="grey" style="${grey};font-size:13px;line-height:18px">${title}</div>
<div class="ink value" style="${ink};font-size:24px;line-height:32px;font-weight:700;word-break:break-word">${value}</div>
<div style="font-size:13px;line-height:18px">${after}${before}&nbsp;</div></td>`;
}

function inPairs<Item>(items: Item[]): [Item, Item | undefined][] {
  return items.flatMap((item, place) =>
    place % 2 === 0 ? [[item, items[place + 1]] as [Item, Item | undefined]] : [],
  );
}

const figureRow = ([left, right]: [ShownFigure, ShownFigure | undefined]) =>
  html`<tr>${figureBox(left)}${right ? figureBox(right) : html`<td width="50%"></td>`}</tr>`;

const isCompared = (figures: ShownFigure[]) => figures.some(({ previous }) => previous !== undefined);
const comparison = html`<div class="grey" style="${font};${grey};font-size:12px;line-height:18px;padding:0 8px">Compared with the previous period.</div>`;

const figuresTable = (figures: ShownFigure[]) =>
  figures.length === 0
    ? noHtml
    : html`<tr><td class="figures" style="padding:12px 24px 0 24px"><table role="presentation" width="100%" cellpadding="0" cellspacing="8" border="0" style="border-collapse:separate;border-spacing:8px;table-layout:fixed">
${inPairs(figures).map(figureRow)}</table>${isCompared(figures) ? comparison : noHtml}</td></tr>`;

const cell = (text: string, align: 'left' | 'right', weight = 400) =>
  html`<td class="ink line" align="${align}" style="${font};${ink};font-size:14px;line-height:20px;font-weight:${weight};padding:8px 0 8px ${align === 'left' ? 0 : 12}px;border-top:1px solid #e5e7eb">${text}</td>`;
const heading = (text: string, align: 'left' | 'right') =>
  html`<th class="grey" align="${align}" style="${font};${grey};font-size:12px;line-height:18px;font-weight:400;padding:0 0 6px ${align === 'left' ? 0 : 12}px">${text}</th>`;

const changesTable = ({ changes }: MailContent) =>
  changes.length === 0
    ? noHtml
    : html`<tr><td class="pad" style="padding:20px 32px 0 32px"><table width="100%" cellpadding="0" cellspacing="0" border="0">
<tr>${heading('What changed since the last revision', 'left')}${heading('was', 'right')}${heading('is now', 'right')}</tr>
${changes.map(({ title, before, now }) => html`<tr>${cell(title, 'left')}${cell(before, 'right')}${cell(now, 'right', 700)}</tr>`)}</table></td></tr>`;

const revisionNote = ({ revision }: MailContent) =>
  revision === undefined
    ? noHtml
    : html`<tr><td class="pad" style="padding:20px 32px 0 32px"><div class="note" style="${font};background:#fef3c7;color:#78350f;border-radius:8px;padding:12px 16px;font-size:14px;line-height:20px">${revision}</div></td></tr>`;

const fileRow = ({ file: { sentence, url } }: MailContent) => {
  const button =
    url === undefined
      ? noHtml
      : html`<div style="padding-top:14px"><a href="${url}" style="${font};display:inline-block;background:#1d4ed8;color:#ffffff;font-size:15px;font-weight:600;text-decoration:none;border-radius:8px;padding:11px 20px">Download the report</a></div>`;
  return html`<tr><td class="pad" style="padding:20px 32px 28px 32px"><div class="ink" style="${font};${ink};font-size:14px;line-height:20px;word-break:break-word">${sentence}</div>${button}</td></tr>`;
};

const footer = ({ reason, stop }: MailContent) => {
  const link =
    stop.url === undefined ? noHtml : html` <a class="link" href="${stop.url}" style="color:#1d4ed8">unsubscribe</a>`;
  const sentence = stop.url === undefined ? stop.sentence : 'To stop receiving this report:';
  return html`<tr><td class="pad grey" style="${font};${grey};font-size:12px;line-height:18px;padding:16px 32px 0 32px;word-break:break-word">${reason} ${sentence}${link}</td></tr>`;
};

export function mailHtml(content: MailContent): string {
  const { title, site, period } = content;
  return htmlText(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><title>${title}</title>
<style>:root { color-scheme: light dark } ${styles}</style></head>
<body class="page" style="margin:0;padding:0;background:#f3f4f6">
<div style="display:none;max-height:0;overflow:hidden">${preview(content)}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f4f6"><tr><td align="center" style="padding:24px 8px">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px">
<tr><td class="card" style="background:#ffffff;border:1px solid #e5e7eb;border-radius:12px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td class="pad" style="padding:28px 32px 0 32px"><h1 class="ink" style="${font};${ink};font-size:22px;line-height:28px;font-weight:700;margin:0;word-break:break-word">${title}</h1>
<div class="grey" style="${font};${grey};font-size:15px;line-height:22px;padding-top:4px;word-break:break-word">${site} · ${period}</div></td></tr>
${revisionNote(content)}${changesTable(content)}${figuresTable(content.figures)}${fileRow(content)}</table></td></tr>
${footer(content)}</table></td></tr></table></body></html>
`);
}
