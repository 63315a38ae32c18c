import { watchClicks } from './clicks.js';
import { createEngagement } from './engagement.js';
import { type Before, createEvent, type Emit, type Fields, type PageEvent, type Properties } from './event.js';
import { isSilent, type Options } from './options.js';
import { on, safely } from './safely.js';
import { createSender } from './send.js';
import { createStore } from './store.js';
import { createViews } from './views.js';

export type { Before, Fields, Options, PageEvent, Properties };

/** Additional fields of an event, such as `profile_id`. */
export interface TrackOptions extends Fields {
  /** Sets the properties `amount` and `currency` (ISO 4217). */
  revenue?: { amount: number | string; currency: string };
}

/** The methods of the SDK. None of them throws. */
export interface Methods {
  /** Counts an event. Amounts of `payment` and similar types add up to revenue. */
  track(name: string, properties?: Properties, options?: TrackOptions): void;
  /** Counts a view, where views are not counted automatically. */
  page(properties?: Properties): void;
  /** Sets the visitor's id for all further events, on later pages too, until `reset()`. */
  identify(userId: string): void;
  /** Adds properties to all further events of this page. */
  set(properties: Properties): void;
  /** Forgets the visitor's id and the properties given to `set()`. */
  reset(): void;
  /** Sends queued events now, except during a pause after a failed request. */
  flush(): void;
  /** With true, nothing is counted in this browser any more and queued events are discarded; false undoes that. */
  optOut(out: boolean): void;
  /** With true, events may be stored and sent; false undoes that and deletes what is stored. */
  consent(given: boolean): void;
  /** A hook that sees each event before it is stored: it may change it, return another, or return null to drop it. */
  before(hook: Before): void;
}

/** Callable as well: `millrace('track', 'trial')` is the same as `millrace.track('trial')`. */
export interface Millrace extends Methods {
  <Name extends keyof Methods>(name: Name, ...args: Parameters<Methods[Name]>): void;
}

/** The placeholder of the README, which queues calls until the script has loaded. */
interface Stub {
  q?: Iterable<unknown>[];
  track?: undefined;
}

interface Page {
  millrace?: Millrace | Stub;
}

/** Has no `then`, since `await` would call it and wait forever. */
const silent: Millrace = new Proxy(() => {}, {
  get: (_, name) => name !== 'then' && silent,
}) as unknown as Millrace;

/**
 * Starts counting, once per page: further calls return the same functions, which are also `window.millrace`. They do nothing on
 * a server and where nothing should be counted.
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
    // A prerendered page may never be shown.
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
      // An invalid id must not merge many visitors into one, or make all their events invalid.
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
      // Makes what earlier pages have stored accessible.
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
