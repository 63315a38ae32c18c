/** Turns what goes wrong below Bull Board's API into bodies that its pages can show. */
import type { ControllerHandlerReturnType } from '@bull-board/api/typings/app';
import { errorCatalogue, ServiceError } from '@millrace/shared/platform/errors';
import type { Logger } from '@millrace/shared/platform/logger';
import type { ErrorRequestHandler } from 'express';

/** Refusals in the body of every other one; beside it stands what Bull Board takes for its message. */
export const answerBoardError: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof ServiceError)) return next(error);
  const { code, message } = error;
  const body = { success: false, error: { code, message, key: 'ERRORS.FORBIDDEN' }, message };
  res.status(errorCatalogue[code].status).json(body);
};

interface BoardError extends Error {
  /** A number in what BullMQ itself refuses, as a retry of a job that has not failed. */
  code?: unknown;
  statusCode?: number;
}

/** Bull Board would send the text of every error, which may name hosts and statements. */
export const describeBoardError =
  (logger: Logger) =>
  (error: BoardError): ControllerHandlerReturnType => {
    const { statusCode = 500, code, message } = error;
    const isKnown = error instanceof ServiceError || typeof code === 'number' || statusCode < 500;
    if (isKnown) return { status: 400, body: { error: { key: 'ERRORS.FORBIDDEN' }, message } };
    logger.error({ err: error }, 'the queue page failed');
    return { status: 500, body: { error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' } } };
  };
