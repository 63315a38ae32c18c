/** The parameter `limit` of top lists. */
import Joi from 'joi';

export const mostItems = 1_000;

export const itemsParam = Joi.number().integer().min(1).max(mostItems).default(100);
