/** Addresses of mail. */
import Joi from 'joi';

const schema = Joi.string().email({ tlds: false }).max(254).required();

/** One plain address: no list, no name, no line break, by which recipients are smuggled into a mail. */
export const isAddress = (address: unknown): address is string => schema.validate(address).error === undefined;

/** The same for all spellings of an address; as Postgres does with collation "C". */
export const addressKey = (address: string) => address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
