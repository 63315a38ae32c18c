import { createRandom, pick, pickSkewed, type Random, zipf } from './create-random.js';

type Properties = Record<string, string | number>;

/** 146 countries, most visitors first. */
export const countries = (
  'US IN DE GB FR BR CA JP NL ES IT PL AU MX ID TR KR SE CH UA AR VN PH BE AT CO RO PT CZ DK NO FI IL GR HU IE SG MY TH ZA ' +
  'NG EG PK BD CL PE NZ HK TW AE SA KE MA RS BG SK HR LT LV EE SI LU IS MT CY GE AM AZ KZ UZ BY MD AL MK BA ME XK DZ TN LY ' +
  'GH CI SN CM UG TZ ET ZM ZW MZ AO BW NA MU MG RW CD ML BF NE TD GA BJ TG LR SL GM GN JM TT DO CU HT PR GT HN SV NI CR PA ' +
  'EC BO PY UY VE GY SR BZ LK NP MM KH LA MN BN FJ PG IQ JO LB KW QA BH OM YE AF TJ TM KG MV BT'
)
  .split(' ')
  .slice(0, 146);

export const browsers = 'Chrome Safari Firefox Edge Samsung Opera Brave Vivaldi DuckDuckGo Yandex UCBrowser Silk'.split(
  ' ',
);

const systems: Record<string, readonly string[]> = {
  mobile: ['Android', 'iOS', 'KaiOS'],
  desktop: ['Windows', 'macOS', 'Linux', 'ChromeOS'],
  tablet: ['iPadOS', 'Android'],
};
const screens: Record<string, readonly string[]> = {
  mobile: ['390x844', '412x915', '393x873', '360x800', '414x896'],
  desktop: ['1920x1080', '1440x900', '2560x1440', '1536x864', '1366x768'],
  tablet: ['820x1180', '768x1024', '800x1280'],
};
const languages =
  'en en-US de fr es pt-BR hi ja nl it pl tr ko sv uk id vi ro cs da fi el hu he th ar bg sk hr lt'.split(' ');
const regionsOf = 12;
const citiesOf = 30;
const versions = 8;

const sources = 'newsletter google facebook twitter linkedin partner reddit youtube bing podcast'.split(' ');
const mediums = 'email cpc social organic affiliate display'.split(' ');
const contents = 'header footer sidebar video text'.split(' ');
const campaigns = 60;

const deviceOf = (drawn: number) => (drawn < 0.55 ? 'mobile' : drawn < 0.94 ? 'desktop' : 'tablet');
const planOf = (drawn: number) => (drawn < 0.12 ? 'pro' : drawn < 0.15 ? 'team' : drawn < 0.4 ? 'free' : undefined);

/** Properties of a visitor, the same for the same seed. */
export function visitorProperties(seed: number): Properties {
  const random = createRandom(seed);
  const country = pickSkewed(random, countries);
  const region = zipf(random, regionsOf) + 1;
  const browser = pickSkewed(random, browsers);
  const device = deviceOf(random());
  const os = pickSkewed(random, systems[device]!);
  const plan = planOf(random());
  return {
    country,
    region: `${country}-${region}`,
    city: `City ${country} ${region}-${zipf(random, citiesOf) + 1}`,
    timezone: `Zone/${country}${region > 6 ? '_West' : ''}`,
    language: pickSkewed(random, languages),
    browser,
    browser_version: `${browser} ${140 - zipf(random, versions)}`,
    os,
    os_version: `${os} ${18 - zipf(random, versions)}`,
    device,
    screen: pickSkewed(random, screens[device]!),
    ...(plan && { plan }),
  };
}

/** Hostname and campaign of a visit. */
export function visitProperties(site: string, random: Random): Properties {
  const hostname = random() < 0.8 ? site : `www.${site}`;
  if (random() >= 0.25) return { hostname };
  return {
    hostname,
    utm_source: pickSkewed(random, sources),
    utm_medium: pickSkewed(random, mediums),
    utm_campaign: `campaign-${zipf(random, campaigns)}`,
    ...(random() < 0.5 && { utm_content: pick(random, contents) }),
  };
}

/** Properties that differ from event to event. */
export function eventProperties(type: string, random: Random): Properties {
  return {
    ...(type === 'view' && random() < 0.6 && { load_ms: 80 + zipf(random, 4_000) }),
    ...(random() < 0.08 && { price: Math.round(random() * 20_000) / 100 }),
  };
}
