import type { Access } from '@millrace/shared/access/keys';
import type { Response } from 'express';

/** Undefined where no key is needed. */
export const accessOf = (res: Response): Access | undefined => res.locals.access as Access | undefined;

/** The one site that the key is limited to; null: all sites. */
export const onlySite = (res: Response): string | null => accessOf(res)?.siteId ?? null;
