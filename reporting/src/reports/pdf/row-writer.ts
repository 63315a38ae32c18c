import type { Row } from '../../datasets/dataset.js';

/** Draws rows one below the other. */
export interface RowWriter {
  draw(row: Row): void;
  end(): void;
}
