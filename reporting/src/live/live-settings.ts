/** Limits of live listeners per process. */
import Joi from 'joi';

export interface LiveEnvironment {
  LIVE_LISTENERS_PER_SITE: number;
  LIVE_LISTENERS_PER_KEY: number;
}

const listeners = Joi.number().integer().min(1).max(100_000);

export const liveSettings = {
  LIVE_LISTENERS_PER_SITE: listeners.default(2_000),
  LIVE_LISTENERS_PER_KEY: listeners.default(500),
};

export interface LiveLimits {
  perSite: number;
  /** Per key, or per shared link. */
  perKey: number;
}

export const defaultLiveLimits: LiveLimits = { perSite: 2_000, perKey: 500 };

export const liveLimitsOf = (environment: LiveEnvironment): LiveLimits => ({
  perSite: environment.LIVE_LISTENERS_PER_SITE,
  perKey: environment.LIVE_LISTENERS_PER_KEY,
});
