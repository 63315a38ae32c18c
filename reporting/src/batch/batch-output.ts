/** Writes the answers of a batch as one JSON object, or as NDJSON lines that are sent as soon as each is ready. */
import { describeRefusal } from '@millrace/shared/platform/errors';
import { toRefusal } from '@millrace/shared/platform/http';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Request, Response } from 'express';

export interface BatchAnswer {
  /** Position of the query in the request. */
  index: number;
  id: string | undefined;
  /** A JSON object with at least one field. */
  json: string;
}

export interface BatchOutput {
  add(answer: BatchAnswer): void;
  /** To be called after all answers. */
  end(meta: object): void;
  /** Ends a response that has started. @returns false if nothing was sent yet, so the error can still be answered normally. */
  fail(error: unknown): boolean;
}

const lineType = 'application/x-ndjson';

export const wantsLines = (req: Request): boolean => req.accepts(['application/json', lineType]) === lineType;

/** Puts `names` in front of the other fields of a JSON object. */
const withNames = (names: object, json: string): string => {
  const written = JSON.stringify(names).slice(0, -1);
  return written === '{' ? json : `${written},${json.slice(1)}`;
};

/** The answers are in the order of the queries. */
export function createWholeOutput(res: Response): BatchOutput {
  const texts: string[] = [];
  return {
    add({ index, id, json }) {
      texts[index] = withNames({ id }, json);
    },
    end: (meta) => void res.type('json').send(`{"results":[${texts.join(',')}],"meta":${JSON.stringify(meta)}}`),
    fail: () => false,
  };
}

/** The last line is `meta` if the response is complete, or an error. */
export function createLinesOutput(res: Response, logger: Logger): BatchOutput {
  const begin = () => {
    if (!res.headersSent) res.type(lineType);
  };
  return {
    add({ index, id, json }) {
      begin();
      res.write(`${withNames({ index, id }, json)}\n`);
    },
    end(meta) {
      begin();
      res.end(`${JSON.stringify({ meta })}\n`);
    },
    fail(error) {
      if (!res.headersSent) return false;
      const refusal = toRefusal(error);
      if (refusal.code === 'internal_error') logger.error({ err: error }, 'a batch failed');
      res.end(`${describeRefusal(refusal).body}\n`);
      return true;
    },
  };
}
