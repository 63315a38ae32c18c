/** An empty PDF with everything that a reader wants to know about it, and no page yet. */
import PDFDocument from 'pdfkit';

export interface PdfProperties {
  title: string;
  language: string;
  createdAt: Date;
}

/** A4, tagged as PDF/UA asks. */
export function openPdf({ title, language, createdAt }: PdfProperties): PDFKit.PDFDocument {
  const shownTitle = plainTitle(title);
  const pdf = new PDFDocument({
    autoFirstPage: false,
    // Numbers of pages are written when their count is known.
    bufferPages: true,
    displayTitle: true,
    // Else a font that is not embedded is named in the file.
    font: null as unknown as string,
    info: { Title: shownTitle, Creator: 'Millrace', Producer: 'Millrace', CreationDate: createdAt },
    lang: language,
    margin: 0,
    pdfVersion: '1.7',
    size: 'A4',
    subset: 'PDF/UA' as PDFKit.Mixins.PDFSubsets,
    tagged: true,
  });
  escapeMetadata(pdf, shownTitle);
  return pdf;
}

function plainTitle(title: string): string {
  const visible = title
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return Array.from(visible).slice(0, 200).join('') || 'Report';
}

/** pdfkit writes the title into XML as it is. By then the other place of the title is written. */
function escapeMetadata(pdf: PDFKit.PDFDocument, title: string): void {
  const open = pdf as PDFKit.PDFDocument & { endMetadata: () => void };
  const endMetadata = open.endMetadata.bind(pdf);
  open.endMetadata = () => {
    open.info.Title = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    endMetadata();
  };
}
