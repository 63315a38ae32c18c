import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import type { Logger } from '@millrace/shared/platform/logger';
import { silent } from '@millrace/shared/testing/database';
import { expect, it } from 'vitest';
import type { ReportDocument } from '../src/reports/pdf/report-document.js';
import { writeReportPdf } from '../src/reports/pdf/write-report-pdf.js';
import { readPdf } from './read-pdf.js';
import { sampleReport } from './sample-report.js';

const withNotes = (...notes: string[]): ReportDocument => ({ ...sampleReport, keyFigures: [], sections: [], notes });

/** The lines below the heading of the notes. */
async function notesOf(...notes: string[]): Promise<string[]> {
  const { pages } = await readPdf(writeReportPdf(withNotes(...notes), { logger: silent }));
  const lines = pages.flatMap((page) => page.lines);
  return lines.slice(lines.indexOf('Notes') + 1, -1);
}

function listeningLogger(): { logger: Logger; lines: unknown[][] } {
  const lines: unknown[][] = [];
  return { lines, logger: { warn: (...line: unknown[]) => lines.push(line) } as unknown as Logger };
}

it('has title, period, key figures with their changes, and page numbers in reading order', async () => {
  const { title, language, pages } = await readPdf(writeReportPdf(sampleReport, { logger: silent }));
  expect({ title, language, pages: pages.length }).toEqual({ title: 'Monthly report', language: 'en', pages: 2 });
  const words = pages[0]!.items.map(({ text }) => text);
  expect(words.slice(0, 19)).toEqual([
    'Nordlicht Shop',
    'Monthly report',
    '1 to 30 June 2026, Europe/Berlin',
    ...['Visitors', '48,210', '+12.4%', 'from 42,905'],
    ...['Page views', '171,004', '−1.9%', 'from 174,330'],
    ...['Bounce rate', '41.2%', '−8.2%', 'from 44.9%'],
    ...['Revenue', '€92,318.40', 'no comparison'],
    'Visitors per day',
  ]);
  expect(pages.map(({ lines }) => lines.at(-1)!.replace(/ +/g, ' '))).toEqual([
    'Generated 1 July 2026 at 06:00 UTC Page 1 of 2',
    'Generated 1 July 2026 at 06:00 UTC Page 2 of 2',
  ]);
  expect(pages[1]!.lines[0]).toMatch(/^Monthly report · Nordlicht Shop +1 to 30 June 2026, Europe\/Berlin$/);
});

it('labels a chart with round values and some of its days', async () => {
  const { pages } = await readPdf(writeReportPdf(sampleReport, { logger: silent }));
  const words = pages[0]!.items.map(({ text }) => text).filter((text) => text !== ' ');
  expect(words.slice(words.indexOf('June 2026'), words.indexOf('Top pages'))).toEqual([
    ...['June 2026', 'May 2026'],
    ...['0', '500', '1K', '1.5K', '2K', '2.5K'],
    ...['1 Jun', '5 Jun', '9 Jun', '13 Jun', '17 Jun', '21 Jun', '25 Jun', '29 Jun'],
  ]);
});

it('writes every script so that it can be copied', async () => {
  const notes = [
    'Größe, façade, Żółta łódź',
    'Ежемесячный отчёт',
    'Μηνιαία αναφορά, μπουφάν',
    'Báo cáo hằng tháng',
    'مرحبا سترة سلام بتث',
    'דוח חודשי',
    'महानगर लोकल',
  ];
  const lines = await notesOf(...notes);
  // Words split between several fonts come apart.
  expect(lines.map((line) => line.replaceAll(' ', ''))).toEqual(notes.map((note) => note.replaceAll(' ', '')));
});

it('orders words of both directions as they are read', async () => {
  const [arabic, hebrew, path] = await notesOf('عدد 1,234 من ٢٠٢٦', 'שלום (עולם) abc 12', '/שלום/עולם/abc');
  expect(arabic).toBe('٢٠٢٦ من 1,234 عدد');
  expect(hebrew).toMatch(/^abc 12 +\( ?עולם ?\) +שלום$/);
  // A path keeps the order of its parts.
  expect(path!.replaceAll(' ', '')).toBe('/שלום/עולם/abc');
});

it('has replacement text for a script whose glyphs are in another order than its letters', async () => {
  const { bytes } = await readPdf(writeReportPdf(withNotes('हिन्दी'), { logger: silent }));
  const streams = bytes.toString('latin1').matchAll(/stream\n([\s\S]*?)\nendstream/g);
  const packed = Array.from(streams, ([, content]) => Buffer.from(content!, 'latin1')).filter(
    (content) => content[0] === 0x78,
  );
  const contents = packed.map((content) => inflateSync(content).toString('latin1'));
  const said = contents.flatMap((content) =>
    Array.from(content.matchAll(/\/ActualText \((.*?)\)\n>>/gs), ([, text]) => text!),
  );
  const control: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  const bytesOf = (text: string) =>
    Buffer.from(
      text.replace(/\\(.)/gs, (_, escaped) => control[escaped] ?? escaped),
      'latin1',
    );
  expect(said.map((text) => bytesOf(text).swap16().toString('utf16le'))).toEqual(['\ufeffहिन्दी']);
});

it('omits the middle of a long path and keeps both ends', async () => {
  const { pages } = await readPdf(writeReportPdf(sampleReport, { logger: silent }));
  const path = pages[0]!.items.find(({ text }) => text.startsWith('/docs/'))!.text;
  expect(path).toMatch(/^\/docs\/a-very-long-path-[a-z/-]+…[a-z/-]+the-end-of-the-path\.html$/);
});

it('shows characters that no font has by their number, and logs them once', async () => {
  const { logger, lines } = listeningLogger();
  const { pages } = await readPdf(writeReportPdf(withNotes('party 🎉 and 🎉', '漢'), { logger }));
  expect(pages[0]!.lines).toEqual(expect.arrayContaining(['party \\u{1F389} and \\u{1F389}', '\\u{6F22}']));
  expect(lines).toEqual([
    [
      { count: 2, characters: ['U+1F389', 'U+6F22'] },
      'no font has these characters: the report shows their numbers (see REPORT_FONT_DIR)',
    ],
  ]);
});

it('uses a folder of fonts for what its own fonts lack, and skips invalid files', async () => {
  const library = dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')));
  const folder = mkdtempSync(join(tmpdir(), 'fonts-'));
  try {
    writeFileSync(join(folder, 'a-broken.ttf'), 'no font');
    copyFileSync(join(library, 'standard_fonts/LiberationSans-Regular.ttf'), join(folder, 'b.ttf'));
    const { logger, lines } = listeningLogger();
    const { pages } = await readPdf(writeReportPdf(withNotes('of\ufb01ce'), { logger, fontDir: folder }));
    // The reader returns the ligature as its letters.
    expect(pages[0]!.lines.map((line) => line.replaceAll(' ', ''))).toContain('office');
    expect(lines.map(([, message]) => message)).toEqual(['skipped a font file that cannot be read']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('does not let text reverse its neighbours or hide in them', async () => {
  expect(
    await notesOf(
      'abc\u202egnp.exe',
      'zero\u200bwidth',
      '\0\ud800x\ufeff',
      'two\nlines',
      'e\u0301 a\u0301\u0301\u0301\u0301\u0301\u0301',
    ),
  ).toEqual([
    'abc\\u{202E}gnp.exe',
    'zero\\u{200B}width',
    '\\u{0}\\u{D800}x\\u{FEFF}',
    'two lines',
    'é á\u0301\u0301\u0301\u0301\\u{301}',
  ]);
});

it('tags headings, tables and pictures for screen readers', async () => {
  const { pages } = await readPdf(writeReportPdf(sampleReport, { logger: silent }));
  const tags = pages.flatMap((page) => page.tags);
  const count = (role: string) => tags.filter((tag) => tag.role === role).length;
  expect(tags.find((tag) => tag.role === 'Figure')?.alt).toBe(
    'Line chart. Visitors per day, 2026-06-01 to 2026-06-30. June 2026: between 734 and 2493. May 2026: between 666 and 2259.',
  );
  expect({ h1: count('H1'), h2: count('H2'), th: count('TH'), tr: count('TR'), td: count('TD') }).toEqual({
    h1: 1,
    h2: 4,
    th: 4 + 5,
    tr: 12 + 5,
    td: 11 * 4 + 4 * 5,
  });
});

it('says where there is no data', async () => {
  const columns = sampleReport.sections.flatMap((section) => (section.kind === 'table' ? section.columns : []));
  const sections: ReportDocument['sections'] = [
    {
      kind: 'chart',
      title: 'Nothing to draw',
      labels: ['2026-06-01'],
      series: [{ title: 'Visitors', values: [null] }],
    },
    { kind: 'table', title: 'No rows', columns, rows: [] },
    { kind: 'bars', title: 'No bars', columns, rows: [], barColumn: 'sum' },
  ];
  const { pages } = await readPdf(
    writeReportPdf({ ...sampleReport, keyFigures: [], sections, notes: [] }, { logger: silent }),
  );
  expect(pages[0]!.lines.slice(3, -1)).toEqual([
    ...['Nothing to draw', 'No data in this period'],
    ...['No rows', 'No data in this period'],
    ...['No bars', 'No data in this period'],
  ]);
});
