/** Millrace's own format: `POST /event`, `POST /events`, and `GET /event` as an image. */
import { bearerKey } from '@millrace/shared/access/authenticate';
import { answerBatch, answerOk, answerPixel, nothingAccepted } from '../answer-events.js';
import { bodyFormat, parseBatch, parseSingleEvent, refuseFormat } from '../parse-events.js';
import { parseParameters } from '../parse-parameters.js';
import type { EventRoute, Wire } from './wire.js';

const keyOf: EventRoute['keyOf'] = (req) => bearerKey(req.headers.authorization);

const single: EventRoute = {
  methods: 'GET, HEAD, POST, OPTIONS',
  refuseType: (type) => (bodyFormat(type) === 'json' ? undefined : refuseFormat('/event', type)),
  parseBody: parseSingleEvent,
  parseAddress: parseParameters,
  keyOf,
  nothingAccepted: (rejected) => nothingAccepted('/event', rejected),
  answer: (req, res) => (req.method === 'POST' ? answerOk(req, res) : answerPixel(req, res)),
};

const batch: EventRoute = {
  methods: 'POST, OPTIONS',
  refuseType: (type) => (bodyFormat(type) ? undefined : refuseFormat('/events', type)),
  parseBody: (text, _sender, type) => parseBatch(text, bodyFormat(type)!),
  keyOf,
  nothingAccepted: (rejected) => nothingAccepted('/events', rejected),
  answer: (req, res, { accepted, rejected }) => answerBatch(req, res, accepted, rejected),
};

export const millraceWire: Wire = { routes: { '/event': single, '/events': batch } };
