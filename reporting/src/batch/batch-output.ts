/** How the answers of a batch leave: as one JSON object, or as lines, each as soon as it is there. */
import { describeRefusal } from '@millrace/shared/platform/errors';
import { toRefusal } from '@millrace/shared/platform/http';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Request, Response } from 'express';

/** The answer to one query. */
export interface BatchAnswer {
  /** Its place in the request. */
  index: number;
  id: string | undefined;
  /** An object with fields. */
  json: string;
}

export interface BatchOutput {
  add(answer: BatchAnswer): void;
  /** After all answers. */
  end(meta: object): void;
  /** Ends what has begun already. @returns false when nothing was sent, so that the error can be answered as such. */
  fail(error: unknown): boolean;
}

const lineType = 'application/x-ndjson';

export const wantsLines = (req: Request): boolean => req.accepts(['application/json', lineType]) === lineType;

/** `names` in front of the fields of an object. */
const withNames = (names: object, json: string): string => {
  const written = JSON.stringify(names).slice(0, -1);
  return written === '{' ? json : `${written},${json.slice(1)}`;
};

/** In the order of the queries. */
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

/** Only an answer whose last line is `meta` is whole: an error is a line, too, and then the last one. */
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
