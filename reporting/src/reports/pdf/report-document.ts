/** The content of a report, independent of its layout. */
import type { Column, Row } from '../../datasets/dataset.js';

export interface ReportDocument {
  title: string;
  siteName: string;
  /** Such as "1 to 7 June 2026, Europe/Berlin". */
  period: string;
  /** BCP 47 tag for numbers, dates and screen readers. Default, also for unknown ones: `en`. */
  language?: string;
  generatedAt: Date;
  keyFigures: KeyFigure[];
  sections: ReportSection[];
  /** Such as "Revised: 1,204 late events". */
  notes?: string[];
}

/** Shown large, with its change from the previous period. */
export interface KeyFigure {
  title: string;
  /** Formatted. */
  value: string;
  /** Value in the previous period, formatted. */
  previous?: string;
  /** In percent. Null: nothing to compare with. Absent: not shown. */
  change?: number | null;
  /** Decides between green and red. Default: true. */
  higherIsBetter?: boolean;
}

export type ReportSection = ChartSection | BarsSection | TableSection;

export interface ChartSection {
  kind: 'chart';
  title: string;
  /** One per point. Days as `YYYY-MM-DD` are shortened. */
  labels: string[];
  /** The first is drawn as a filled line, the others (such as the previous period) dashed. */
  series: ChartSeries[];
}

export interface ChartSeries {
  title: string;
  values: (number | null)[];
}

/** A table with bars behind the names. */
export interface BarsSection {
  kind: 'bars';
  title: string;
  columns: Column[];
  rows: Row[];
  /** The column that sets the length of the bars. */
  barColumn: string;
}

export interface TableSection {
  kind: 'table';
  title: string;
  columns: Column[];
  rows: Row[] | AsyncIterable<Row[]>;
  /** Further rows are only counted. Default: 5,000. */
  maxRows?: number;
}
