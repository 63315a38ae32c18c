/** What a report says, apart from how its pages look. */
import type { Column, Row } from '../../datasets/dataset.js';

export interface ReportDocument {
  title: string;
  siteName: string;
  /** Such as "1 to 7 June 2026, Europe/Berlin". */
  period: string;
  /** BCP 47, of numbers and dates and for screen readers; `en` when absent or unknown. */
  language?: string;
  generatedAt: Date;
  keyFigures: KeyFigure[];
  sections: ReportSection[];
  /** Such as "Revised: 1,204 late events". */
  notes?: string[];
}

/** Shown large, with its change against the period before. */
export interface KeyFigure {
  title: string;
  /** Formatted. */
  value: string;
  /** The period before, formatted. */
  previous?: string;
  /** In percent; null when there is nothing to compare with, absent when nothing is to be said. */
  change?: number | null;
  /** Decides between green and red; true when absent. */
  higherIsBetter?: boolean;
}

export type ReportSection = ChartSection | BarsSection | TableSection;

export interface ChartSection {
  kind: 'chart';
  title: string;
  /** One for each point; days as `YYYY-MM-DD` are shown shorter. */
  labels: string[];
  /** The first is drawn as a filled line, the others dashed, such as the period before. */
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
  /** Name of the column that the bars show. */
  barColumn: string;
}

export interface TableSection {
  kind: 'table';
  title: string;
  columns: Column[];
  rows: Row[] | AsyncIterable<Row[]>;
  /** Further rows are counted and not shown; 5,000 when absent. */
  maxRows?: number;
}
