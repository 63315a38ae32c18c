/** The structure of a PDF for screen readers. */
export type Tag = PDFKit.PDFStructureElement;

export interface TagOptions {
  /** Alternative text of a picture. */
  alt?: string;
  /** Bounds of a picture: left, top, right, bottom. */
  bbox?: [number, number, number, number];
  /** For table heads. */
  scope?: 'Column';
}

/** The root of all tags. */
export function openRoot(pdf: PDFKit.PDFDocument): Tag {
  const root = pdf.struct('Document');
  pdf.addStructure(root);
  return root;
}

/** A tag that contains others. The caller must end it. */
export function openTag(pdf: PDFKit.PDFDocument, parent: Tag, type: string, options: TagOptions = {}): Tag {
  const tag = pdf.struct(type, options as PDFKit.Mixins.StructureElementOptions);
  parent.add(tag);
  return tag;
}

/** Draws inside a tag. `draw` must not start a new page. */
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

/** Draws decoration or repeated content, which screen readers skip. Must not be called inside a tag. */
export function decorate(pdf: PDFKit.PDFDocument, draw: () => void): void {
  pdf.markContent('Artifact', { type: 'Layout' });
  draw();
  pdf.endMarkedContent();
}
