/** `GET /api/v1/definitions`: the meaning of every name in queries, as in docs/query.md, for pages that explain their figures. */
import { aiCrawlers } from '@millrace/shared/contract/ai-crawlers';
import type { RequestHandler } from 'express';
import {
  botsRule,
  comparisonMeanings,
  dimensionMeanings,
  matchMeanings,
  metricMeanings,
  operatorMeanings,
  rangeMeanings,
  unitMeanings,
} from '../query-request/definitions.js';

/** Texts are Markdown. */
export const definitions = {
  metrics: metricMeanings,
  dimensions: dimensionMeanings,
  time: unitMeanings,
  operators: operatorMeanings,
  ranges: Object.fromEntries(rangeMeanings().map(({ name, meaning }) => [name, meaning])),
  comparison: comparisonMeanings,
  match: matchMeanings,
  bots: botsRule,
  ai_crawlers: aiCrawlers,
};

/** Public, and constant until the next release. */
export const definitionsRoute = (): RequestHandler => (_req, res) => {
  res.set('cache-control', 'public, max-age=3600').json(definitions);
};
