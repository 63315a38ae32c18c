/** The state of a visit, which collects its events. */
import type { Event, EventContext } from '@millrace/shared/contract/event-columns';
import { browserVersion } from './browser-version.js';
import type { Random } from './create-random.js';
import { drawUuid, hexDigits } from './draw.js';
import type { Visitor } from './make-visitor.js';
import { HOSTNAME, type Page, type Product } from './shop-pages.js';

type About = Pick<Event, 'profile_id' | 'properties'>;

export interface Visit {
  readonly random: Random;
  readonly visitor: Visitor;
  readonly isReturn: boolean;
  readonly events: Event[];
  /** Products in the cart. */
  readonly cart: Product[];
  /** Current time in the visit, in milliseconds since 1970. */
  nowMs: number;
  page: Page;
  /** Goes to another page. */
  goTo(page: Page): void;
  /** Adds an event on the current page. */
  addEvent(type: string, about?: About): void;
  /** Adds an event of the shop's server after the visit. It has no user, so it does not start another visit. */
  addLaterEvent(type: string, atMs: number, about: About): void;
}

export interface VisitStart {
  siteId: string;
  visitor: Visitor;
  isReturn: boolean;
  startMs: number;
  page: Page;
  referrer: string | undefined;
  /** Columns for the events on the first page. */
  context: EventContext;
}

/** Columns that are the same for all events of a visit. */
function fixedColumns({ siteId, visitor, startMs }: VisitStart, random: Random) {
  const { country, region, city, browser, os, osVersion, device, language, screen, timezone } = visitor;
  const safari = browser === 'Safari' ? osVersion?.split('.')[0] : undefined;
  const version = safari ?? browserVersion(browser, startMs, visitor.behind);
  return {
    site_id: siteId,
    user_id: visitor.userId,
    session_id: hexDigits(random, 16),
    hostname: HOSTNAME,
    ...{ country, region, city, browser, os, device, language, screen, timezone },
    ...(version !== undefined && { browser_version: version }),
    ...(osVersion !== undefined && { os_version: osVersion }),
  };
}

const addressOf = ({ path }: Page, { query }: EventContext) =>
  `https://${HOSTNAME}${path}${query === undefined ? '' : `?${query}`}`;

export function openVisit(beginning: VisitStart, random: Random): Visit {
  const { visitor, isReturn, startMs, page } = beginning;
  const columns = fixedColumns(beginning, random);
  const columnsOf = ({ path, title }: Page, referrer: string | undefined, context: EventContext) => ({
    ...{ ...columns, path, title },
    ...(referrer !== undefined && { referrer }),
    ...context,
  });
  let address = addressOf(page, beginning.context);
  // Computed once per page, because events share most columns and assembling these takes longest.
  let pageColumns = columnsOf(page, beginning.referrer, beginning.context);
  const at = (ms: number) => ({ timestamp: new Date(ms).toISOString(), event_id: drawUuid(random) });
  const visit: Visit = {
    ...{ random, visitor, isReturn, page, events: [], cart: [], nowMs: startMs },
    goTo(next) {
      pageColumns = columnsOf(next, address, {});
      address = addressOf(next, {});
      visit.page = next;
    },
    addEvent(type, about) {
      visit.events.push({ ...pageColumns, event_type: type, ...at(visit.nowMs), ...about });
    },
    addLaterEvent(type, atMs, about) {
      visit.events.push({ site_id: columns.site_id, event_type: type, ...at(atMs), path: '', ...about });
    },
  };
  return visit;
}
