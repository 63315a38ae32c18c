import Joi from 'joi';

export const cacheSettings = {
  CACHE_MB: Joi.number().integer().min(0).max(100_000).default(64),
  CACHE_SHARED_MB: Joi.number().integer().min(1).max(100_000).default(128),
  DISABLE_AUTO_SYNC: Joi.boolean().default(false),
};

export interface CacheEnvironment {
  CACHE_MB: number;
  CACHE_SHARED_MB: number;
  DISABLE_AUTO_SYNC: boolean;
}
