/** Of the queue; beyond it the oldest event is dropped. */
export const maxEvents = 200;
/**
 * In UTF-16 units. The server rejects smaller events already (8 KB of properties), and larger ones would not fit into a request.
 */
export const maxEventLength = 20_000;
/** Older events are dropped: the server recognizes duplicates for 30 days only. */
export const maxAgeMs = 604_800_000;
/** How long other tabs and later pages leave an event to the page that created it or is sending it. */
export const claimMs = 30_000;

export const firstDelayMs = 300;
/** From this many events on, waiting for more gains nothing. */
export const manyEvents = 20;
export const maxBatchEvents = 50;
/** Browsers limit all keepalive requests together to 65,536 bytes. */
export const maxBytesInFlight = 60_000;
export const maxPauseMs = 600_000;
/** Of `Retry-After`. A stored time further ahead was written before the clock was set back. */
export const maxWaitMs = 3_600_000;

/** Shorter times are not worth an event, unless the visitor has scrolled. */
export const minEngagedMs = 3_000;
/** How often a page that stays open reports engagement. */
export const reportEveryMs = 600_000;

/** Single-page applications set the title some time after the address. */
export const titleDelayMs = 300;
/** The server rejects longer ones. */
export const maxAddressLength = 2048;
export const maxTitleLength = 512;
