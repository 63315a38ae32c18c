/** No other text can be the id of a site that has events. */
export const siteIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** A UUID as Postgres writes it. */
export const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
