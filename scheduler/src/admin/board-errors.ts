/** Formats errors of Bull Board's API so that its pages can show them. */
import type { ControllerHandlerReturnType } from '@bull-board/api/typings/app';
import { errorCatalogue, ServiceError } from '@millrace/shared/platform/errors';
import type { Logger } from '@millrace/shared/platform/logger';
import type { ErrorRequestHandler } from 'express';

/** The usual error body, plus the fields that Bull Board displays. */
export const answerBoardError: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof ServiceError)) return next(error);
  const { code, message } = error;
  const body = { success: false, error: { code, message, key: 'ERRORS.FORBIDDEN' }, message };
  res.status(errorCatalogue[code].status).json(body);
};

interface BoardError extends Error {
  /** A number if BullMQ refuses the operation, such as a retry of a job that has not failed. */
  code?: unknown;
  statusCode?: number;
}

/** By default Bull Board sends the message of every error, which may contain host names and statements. */
export const describeBoardError =
  (logger: Logger) =>
  (error: BoardError): ControllerHandlerReturnType => {
    const { statusCode = 500, code, message } = error;
    const isKnown = error instanceof ServiceError || typeof code === 'number' || statusCode < 500;
    if (isKnown) return { status: 400, body: { error: { key: 'ERRORS.FORBIDDEN' }, message } };
    logger.error({ err: error }, 'the queue page failed');
    return { status: 500, body: { error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' } } };
  };
