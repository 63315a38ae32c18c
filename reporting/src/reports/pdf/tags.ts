/** The structure of a PDF: what a screen reader says, and what it passes over. */
export type Tag = PDFKit.PDFStructureElement;

export interface TagOptions {
  /** Said instead of a picture. */
  alt?: string;
  /** Of a picture: left, top, right, bottom. */
  bbox?: [number, number, number, number];
  /** Of the head of a table. */
  scope?: 'Column';
}

/** The root of all tags. */
export function openRoot(pdf: PDFKit.PDFDocument): Tag {
  const root = pdf.struct('Document');
  pdf.addStructure(root);
  return root;
}

/** A tag that holds others; whoever opens it ends it. */
export function openTag(pdf: PDFKit.PDFDocument, parent: Tag, type: string, options: TagOptions = {}): Tag {
  const tag = pdf.struct(type, options as PDFKit.Mixins.StructureElementOptions);
  parent.add(tag);
  return tag;
}

/** Draws inside a tag; `draw` stays on its page. */
export function drawTagged(
  pdf: PDFKit.PDFDocument,
  parent: Tag,
  type: string,
  draw: () => void,
  options: TagOptions = {},
): void {
  const tag = openTag(pdf, parent, type, options);
  tag.add(draw);
  tag.end();
}

/** Draws what only pleases the eye, or repeats what was said; not inside a tag. */
export function decorate(pdf: PDFKit.PDFDocument, draw: () => void): void {
  pdf.markContent('Artifact', { type: 'Layout' });
  draw();
  pdf.endMarkedContent();
}
