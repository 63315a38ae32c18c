/** Names of files that people choose. */
import Joi from 'joi';

/** With room for an ending of a file that is being written. */
export const maxFileNameBytes = 200;

/**
 * Leads to no other folder, is hidden by no listing, and reads as what it is: no control characters, no marks that are invisible or turn
 * the direction of text, no separators of lines, no half of a surrogate pair; and before any ending a letter or a digit that is seen, which
 * fillers such as U+3164 are not, letters though they are.
 */
const plain = /^(?!\.)(?=[^.]*(?!\p{DI})[\p{L}\p{N}])[^/\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u;

/** A UUID and endings, as files of exports and reports are named. */
const own = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.[a-z0-9]{1,10}){1,3}$/;

export const isOwnFileName = (name: string) => own.test(name);

/** One that people may choose for a file beside those. */
export const isChosenFileName = (name: string) =>
  plain.test(name) && !own.test(name) && Buffer.byteLength(name) <= maxFileNameBytes;

/** The same in a request or in the data of a job, which say in words of their own what is wrong. */
export const fileNameSchema = Joi.string().max(maxFileNameBytes, 'utf8').pattern(plain);

/** Of a file beside those that the services name themselves. */
export const chosenFileNameSchema = fileNameSchema.pattern(own, { invert: true });
