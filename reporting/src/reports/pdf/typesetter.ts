import type { FontChain } from './font-chain.js';
import { rightToLeft, unshaped } from './open-face.js';
import { clusters, plainText, showableText } from './showable-text.js';
import { type TextRun, textRuns, visualOrder } from './text-runs.js';

export interface TextStyle {
  /** In points, like all measures of a page. */
  size: number;
  isBold?: boolean;
}

export interface TextLine {
  /** In reading order. They are drawn in this order too, so that copied and spoken text is right. */
  runs: PlacedRun[];
  width: number;
  size: number;
}

interface PlacedRun extends TextRun {
  /** Layout features for pdfkit. */
  features: ['rtla'] | ['unic'] | undefined;
  /** From the left edge of the line. */
  x: number;
  width: number;
}

export interface Typesetter {
  /** Makes text showable. The functions below accept only such text. */
  show(text: string): string;
  line(shown: string, style: TextStyle): TextLine;
  /** Fast and approximate: ignores kerning and joined letters. */
  roughWidth(shown: string, style: TextStyle): number;
  /** `baseline` is measured from the top of the page. */
  draw(line: TextLine, x: number, baseline: number, color: string): void;
  /** Characters so far that no font has. */
  missing: ReadonlySet<number>;
}

const maxMeasured = 20_000;
/** From this size on, missing kerning is visible. */
const shapedSize = 10;
/** Scripts whose glyphs can be in another order than the characters, or have marks attached. */
const isComplex = /[\p{M}\u0900-\u0dff]/u;

export function createTypesetter(pdf: PDFKit.PDFDocument, chain: FontChain): Typesetter {
  // The internal function behind text(), which would measure everything again.
  const fragments = pdf as unknown as {
    _fragment(text: string, x: number, y: number, options: object): void;
    addContent(operator: string): void;
  };
  const missing = new Set<number>();
  const measured = { regular: new Map<string, number>(), bold: new Map<string, number>() };
  return {
    missing,
    show: (text) => showableText(text, chain, (codePoint) => missing.add(codePoint)),
    line: (shown, style) => placeRuns(textRuns(shown, chain, style.isBold ?? false), style.size),
    roughWidth(shown, { size, isBold = false }) {
      const parts = plainText.test(shown) ? shown : (shown.match(clusters) ?? []);
      let width = 0;
      for (const part of parts) width += advance(part, isBold);
      return width * size;
    },
    draw(line, x, baseline, color) {
      pdf.fillColor(color);
      for (const run of line.runs) drawRun(run, line.size, x + run.x, baseline);
    },
  };

  function placeRuns(runs: TextRun[], size: number): TextLine {
    const placed = runs.map((run) => {
      const features = featuresOf(run, size);
      return { ...run, x: 0, features, width: runWidth(run, size, features) };
    });
    let width = 0;
    for (const run of visualOrder(placed)) {
      run.x = width;
      width += run.width;
    }
    return { runs: placed, width, size };
  }

  function runWidth(run: TextRun, size: number, features: PlacedRun['features']): number {
    if (features !== unshaped) return useFont(run, size).widthOfString(run.text, { features });
    let width = 0;
    for (const letter of run.text) width += run.face.letterWidth(letter);
    return width * size;
  }

  function advance(cluster: string, isBold: boolean): number {
    const ofFace = measured[isBold ? 'bold' : 'regular'];
    const known = ofFace.get(cluster);
    if (known !== undefined) return known;
    const width = placeRuns(textRuns(cluster, chain, isBold), 1).width;
    if (ofFace.size < maxMeasured) ofFace.set(cluster, width);
    return width;
  }

  function drawRun(run: PlacedRun, size: number, x: number, baseline: number): void {
    useFont(run, size);
    const options = { baseline: 'alphabetic', features: run.features, textWidth: run.width, wordCount: 1 };
    const draw = () => fragments._fragment(run.text, x, baseline, options);
    // Readers reverse right-to-left text including its replacement text, which would come out backwards.
    if (run.level % 2 === 0 && isComplex.test(run.text)) drawInstead(run.text, draw);
    else draw();
  }

  /** Sets the text that is copied instead of the glyphs. The mark goes directly around them, because readers place the text by the font and position at its end. */
  function drawInstead(actual: string, draw: () => void): void {
    const addContent = fragments.addContent;
    fragments.addContent = (operator) => {
      if (operator === 'BT') pdf.markContent('Span', { actual });
      addContent.call(pdf, operator);
      if (operator === 'ET') pdf.endMarkedContent();
    };
    draw();
    fragments.addContent = addContent;
  }

  function useFont({ face }: TextRun, size: number): PDFKit.PDFDocument {
    // Registering a name again has no effect; an unregistered name would be treated as a path.
    return pdf.registerFont(face.name, face.font as unknown as PDFKit.Mixins.PDFFontSource).font(face.name, size);
  }
}

function featuresOf({ level, text }: TextRun, size: number): PlacedRun['features'] {
  if (level % 2 === 1) return rightToLeft;
  return size < shapedSize && plainText.test(text) ? unshaped : undefined;
}
