/** Every limit of the SDK. */

/** Of the queue; when it is full the oldest event is dropped. */
export const maxEvents = 200;
/** In UTF-16 units. The server refuses smaller ones already (8 KB of properties), and larger ones would fit into no request. */
export const maxEventLength = 20_000;
/** Older events are dropped: the server recognizes repeated ones for 30 days only. */
export const maxAgeMs = 604_800_000;
/** How long an event is left to the page that has made it or is sending it, by other tabs and by the next page. */
export const claimMs = 30_000;

export const firstDelayMs = 300;
/** From so many events on there is no point in waiting for more. */
export const manyEvents = 20;
export const maxBatchEvents = 50;
/** Browsers allow 65,536 bytes for all requests together that may outlive their page. */
export const maxBytesInFlight = 60_000;
export const maxPauseMs = 600_000;
/** Of `Retry-After`. A time that is further away was written before the clock was set back. */
export const maxWaitMs = 3_600_000;

/** Less is not worth an event, unless the visitor has scrolled. */
export const minEngagedMs = 3_000;
/** How often a page that stays open reports engagement. */
export const reportEveryMs = 600_000;

/** Applications set the title of a page some time after its address. */
export const titleDelayMs = 300;
/** The server refuses longer ones. */
export const maxAddressLength = 2048;
export const maxTitleLength = 512;
