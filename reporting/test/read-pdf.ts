/** Reads a PDF with another library, like a viewer would. */
import { buffer } from 'node:stream/consumers';
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';

interface PdfText {
  text: string;
  /** From the left and the bottom of the page. */
  x: number;
  y: number;
  width: number;
}

interface PdfPage {
  width: number;
  height: number;
  items: PdfText[];
  /** Texts on one line, joined from left to right. */
  lines: string[];
  /** Tags in order, such as `H1`, with their alternative text if they are pictures. */
  tags: { role: string; alt?: string }[];
}

export interface ReadPdf {
  title: unknown;
  language: unknown;
  bytes: Buffer;
  pages: PdfPage[];
}

interface TagNode {
  role: string;
  alt?: string;
  children?: TagNode[];
}

/** All pages, or only the last ones. */
export async function readPdf(
  chunks: AsyncIterable<Uint8Array>,
  { last = Infinity }: { last?: number } = {},
): Promise<ReadPdf> {
  const bytes = await buffer(chunks);
  // The library takes ownership of the memory.
  const pdf = await getDocument({
    data: new Uint8Array(bytes),
    verbosity: VerbosityLevel.ERRORS,
    useSystemFonts: false,
  }).promise;
  const { info } = await pdf.getMetadata();
  const pages: PdfPage[] = [];
  for (let number = Math.max(1, pdf.numPages - last + 1); number <= pdf.numPages; number += 1)
    pages.push(await readPage(await pdf.getPage(number)));
  await pdf.destroy();
  const { Title, Language } = info as Record<string, unknown>;
  return { title: Title, language: Language, bytes, pages };
}

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof getDocument>['promise']>['getPage']>>;

async function readPage(page: Page): Promise<PdfPage> {
  const { width, height } = page.getViewport({ scale: 1 });
  const content = await page.getTextContent();
  const items = content.items.flatMap((item) =>
    'str' in item && item.str !== ''
      ? [{ text: item.str, x: item.transform[4], y: item.transform[5], width: item.width }]
      : [],
  );
  const tree = (await page.getStructTree()) as TagNode | null;
  return { width, height, items, lines: linesOf(items), tags: tree ? tagsOf(tree) : [] };
}

function linesOf(items: PdfText[]): string[] {
  const byBaseline = new Map<number, PdfText[]>();
  for (const item of items) {
    const baseline = Math.round(item.y);
    byBaseline.set(baseline, [...(byBaseline.get(baseline) ?? []), item]);
  }
  return [...byBaseline.entries()]
    .sort(([one], [other]) => other - one)
    .map(([, line]) =>
      line
        .sort((one, other) => one.x - other.x)
        .map(({ text }) => text)
        .join(' '),
    );
}

function tagsOf({ role, alt, children = [] }: TagNode): { role: string; alt?: string }[] {
  const own = role && role !== 'Root' ? [{ role, ...(alt !== undefined && { alt }) }] : [];
  return [...own, ...children.filter((child) => child.role).flatMap(tagsOf)];
}
