/** Who asks, by the key of the request. */
import type { Access } from '@millrace/shared/access/keys';
import type { Response } from 'express';

/** Undefined where no key is needed. */
export const accessOf = (res: Response): Access | undefined => res.locals.access as Access | undefined;

/** The only site that the key is limited to; null: all. */
export const onlySite = (res: Response): string | null => accessOf(res)?.siteId ?? null;
