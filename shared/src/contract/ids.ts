/** What ids look like that people and programs send. */

/** Of a site, whole: no other one can have events. */
export const siteIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** As Postgres writes a UUID. */
export const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
