/** Counts what happens on a page. */
import { watchClicks } from './clicks.js';
import { createEngagement } from './engagement.js';
import { type Before, createEvent, type Emit, type Fields, type PageEvent, type Properties } from './event.js';
import { isSilent, type Options } from './options.js';
import { on, safely } from './safely.js';
import { createSender } from './send.js';
import { createStore } from './store.js';
import { createViews } from './views.js';

export type { Before, Fields, Options, PageEvent, Properties };

/** Further fields of an event, such as `profile_id`. */
export interface TrackOptions extends Fields {
  /** Becomes the properties `amount` and `currency` (ISO 4217). */
  revenue?: { amount: number | string; currency: string };
}

/** What a page can say. No method throws. */
export interface Methods {
  /** Counts an event; revenue of `payment` and the like is summed up. */
  track(name: string, properties?: Properties, options?: TrackOptions): void;
  /** Counts a view, where they are not counted by themselves. */
  page(properties?: Properties): void;
  /** Says who the visitor is, in all events from now on, also on later pages, until `reset()`. */
  identify(userId: string): void;
  /** Adds properties to all events of this page from now on. */
  set(properties: Properties): void;
  /** Forgets who the visitor is, and what was said by `set()`. */
  reset(): void;
  /** Sends at once what waits, except during a pause after a failed request. */
  flush(): void;
  /** With true nothing is counted in this browser from now on, and what waits is forgotten; false takes that back. */
  optOut(out: boolean): void;
  /** With true events may be stored and sent; false takes that back, and what is stored is forgotten. */
  consent(given: boolean): void;
  /** Looks at each event before it is stored: may change it, return another, or null for none. */
  before(hook: Before): void;
}

/** The methods; `millrace('track', 'trial')` is the same as `millrace.track('trial')`. */
export interface Millrace extends Methods {
  <Name extends keyof Methods>(name: Name, ...args: Parameters<Methods[Name]>): void;
}

/** What a page may have put in place of the functions, to keep what it wants of them until they are there. */
interface Stub {
  q?: Iterable<unknown>[];
  track?: undefined;
}

interface Page {
  millrace?: Millrace | Stub;
}

/** Has no `then`, or `await` would wait for it. */
const silent: Millrace = new Proxy(() => {}, {
  get: (_, name) => name !== 'then' && silent,
}) as unknown as Millrace;

/**
 * Starts counting, once on a page: called again it returns the same functions, which are `window.millrace` too. On a server
 * and where nothing is counted they do nothing.
 */
export function init(options: Options): Millrace {
  if (!globalThis.document) return silent;
  const millrace = (window as Page).millrace;
  if (millrace?.track) return millrace;
  const started = isSilent(options) ? silent : start(options);
  (window as Page).millrace = started;
  millrace?.q?.map((call) => started(...(call as unknown as ['track', string])));
  return started;
}

function start(options: Options): Millrace {
  const { site } = options;
  const prefix = `millrace:${site}:`;
  const userKey = `${prefix}user`;
  const outKey = `${prefix}out`;
  let { before = (event) => event } = options;
  let hasConsent = !options.consent;
  let common: Properties = {};
  const store = createStore();
  const [get, set, remove, keys, persist] = store;
  const maySend = () => hasConsent && !get(outKey);
  const [add, send] = createSender(options, store, prefix, maySend);
  persist(hasConsent);
  const forget = (): void => {
    for (const key of keys(prefix)) if (key !== outKey) remove(key);
  };
  const optOut = (out: boolean): void => {
    if (out) forget();
    set(outKey, out ? '1' : '');
  };

  const emit = safely<Parameters<Emit>>((type, properties, fields) => {
    if (get(outKey)) return;
    // A page that is loaded ahead of time may never be shown.
    if (document.prerendering) return on('prerenderingchange', () => emit(type, properties, fields));
    settle();
    const made: PageEvent = {
      ...createEvent(),
      site_id: site,
      event_type: type,
      referrer: referrer(),
      user_id: get(userKey),
      properties: { ...common, ...properties },
      ...fields,
    };
    const json = JSON.stringify(before(made));
    if (/^{/.test(json)) add(json);
  });
  const [startPage, report] = createEngagement(emit);
  const [begin, settle, referrer] = createViews(options, emit, startPage, report);
  watchClicks(emit);

  const leave = () => {
    settle();
    report();
    send();
  };
  on('pagehide visibilitychange', leave);

  const methods: Methods = {
    track: (name, properties, { revenue, ...fields } = {}) => emit(name, { ...properties, ...revenue }, fields),
    page: begin,
    identify(userId) {
      // A mistake of the page must not make one visitor of many, or all their events invalid.
      if (/^\d|^.{2,129}"$/.test(JSON.stringify(userId))) set(userKey, `${userId}`);
    },
    set(properties) {
      common = { ...common, ...properties };
    },
    reset() {
      common = {};
      remove(userKey);
      delete localStorage[userKey];
    },
    flush: send,
    optOut,
    consent(given) {
      if (given && hasConsent) return;
      hasConsent = given;
      // What earlier pages have stored is known from here on.
      persist(true);
      if (!given || get(outKey)) forget();
      if (given) send();
      else persist(given);
    },
    before(hook) {
      before = hook;
    },
  };
  const millrace = safely((name: 'flush', ...args: []) => methods[name](...args)) as Millrace;
  for (const name in methods) millrace[name as 'flush'] = (...args) => millrace(name as 'flush', ...args);
  return millrace;
}
