import Joi from 'joi';

/** Leaves room for the extra extension of a file that is being written. */
export const maxFileNameBytes = 200;

/**
 * A name that stays in its folder, is not hidden, and reads as it is written: no control characters, invisible or bidirectional
 * marks, line separators or lone surrogates. Before the extension it needs a visible letter or digit, which excludes letters such
 * as the Hangul filler U+3164.
 */
const safeName = /^(?!\.)(?=[^.]*(?!\p{DI})[\p{L}\p{N}])[^/\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u;

/** A UUID with extensions, as exports and reports are named by default. */
const generatedName = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.[a-z0-9]{1,10}){1,3}$/;

export const isGeneratedFileName = (name: string) => generatedName.test(name);

/** A safe name that cannot collide with a generated one. */
export const isChosenFileName = (name: string) =>
  safeName.test(name) && !generatedName.test(name) && Buffer.byteLength(name) <= maxFileNameBytes;

/** Any safe name; the callers add the error messages. */
export const fileNameSchema = Joi.string().max(maxFileNameBytes, 'utf8').pattern(safeName);

/** The schema of {@link isChosenFileName}. */
export const chosenFileNameSchema = fileNameSchema.pattern(generatedName, { invert: true });
