import Joi from 'joi';

const schema = Joi.string().email({ tlds: false }).max(254).required();

/** Accepts one plain address only: a list, a display name or a line break could smuggle in other recipients. */
export const isAddress = (address: unknown): address is string => schema.validate(address).error === undefined;

/** Lower-cases ASCII only, like Postgres with collation "C", so both agree on which addresses are equal. */
export const addressKey = (address: string) => address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
