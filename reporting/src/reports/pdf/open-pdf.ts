import PDFDocument from 'pdfkit';

export interface PdfProperties {
  title: string;
  language: string;
  createdAt: Date;
}

/** An empty A4 document with its metadata, tagged for PDF/UA. */
export function openPdf({ title, language, createdAt }: PdfProperties): PDFKit.PDFDocument {
  const shownTitle = plainTitle(title);
  const pdf = new PDFDocument({
    autoFirstPage: false,
    // Page numbers are written when the number of pages is known.
    bufferPages: true,
    displayTitle: true,
    // Otherwise the file would refer to a font that is not embedded.
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

/** pdfkit does not escape the title in the XML metadata. By then it has written the other copy of the title. */
function escapeMetadata(pdf: PDFKit.PDFDocument, title: string): void {
  const open = pdf as PDFKit.PDFDocument & { endMetadata: () => void };
  const endMetadata = open.endMetadata.bind(pdf);
  open.endMetadata = () => {
    open.info.Title = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    endMetadata();
  };
}
