/**
 * Where visitors live. Cities, regions and zones are plain geography, the zones by the names of the tz database; all weights and
 * shares are invented, such that the whole looks like an English-speaking shop that also sells abroad.
 */
import { type Draw, type Weighted, weighted, weightedTexts, weightsOf } from './draw.js';

export type Currency = 'USD' | 'EUR' | 'GBP';

export interface Place {
  region: string;
  city: string;
  /** IANA name. */
  timezone: string;
}

export interface Country {
  /** ISO 3166-1 alpha-2. */
  code: string;
  /** What the shop sells in there. */
  currency: Currency;
  /** Share of visitors who come by phone, and of iPhones among the phones. */
  phones: number;
  iphones: number;
  drawLanguage: Draw<string>;
  drawPlace: Draw<Place>;
}

/** Weight of the country, percent on phones, percent of iPhones among them. */
type Shares = readonly [weight: number, phones: number, iphones: number];
/** Cities of a zone, written as `9 Munich, Bavaria; 18 Berlin, Berlin`. */
type Cities = Readonly<Record<string, string>>;

function placesOf(timezone: string, cities: string): Weighted<Place>[] {
  return weightsOf(cities).map(([name, weight]) => {
    const [city = '', region = ''] = name.split(', ');
    return [{ region, city, timezone }, weight];
  });
}

const country = (
  code: string,
  [weight, phones, iphones]: Shares,
  currency: Currency,
  languages: string,
  cities: Cities,
): Weighted<Country> => [
  {
    ...{ code, currency, phones: phones / 100, iphones: iphones / 100 },
    drawLanguage: weightedTexts(languages),
    drawPlace: weighted(Object.entries(cities).flatMap(([zone, names]) => placesOf(zone, names))),
  },
  weight,
];

export const countries: readonly Weighted<Country>[] = [
  country('US', [300, 50, 60], 'USD', '90 en-US; 8 es-US; 2 zh-CN', {
    'America/New_York':
      '20 New York, New York; 7 Boston, Massachusetts; 6 Philadelphia, Pennsylvania; 6 Atlanta, Georgia; 6 Miami, Florida',
    'America/Detroit': '3 Detroit, Michigan',
    'America/Chicago': '9 Chicago, Illinois; 6 Houston, Texas; 5 Austin, Texas; 4 Minneapolis, Minnesota',
    'America/Denver': '5 Denver, Colorado',
    'America/Phoenix': '4 Phoenix, Arizona',
    'America/Los_Angeles':
      '13 Los Angeles, California; 8 San Francisco, California; 7 Seattle, Washington; 5 Portland, Oregon',
  }),
  country('GB', [140, 52, 55], 'GBP', '97 en-GB; 3 en-US', {
    'Europe/London':
      '38 London, England; 10 Manchester, England; 8 Birmingham, England; 7 Bristol, England; 6 Leeds, England; 8 Edinburgh, Scotland; 7 Glasgow, Scotland; 5 Cardiff, Wales; 4 Belfast, Northern Ireland',
  }),
  country('DE', [95, 45, 38], 'EUR', '88 de-DE; 9 en-US; 3 en-GB', {
    'Europe/Berlin':
      '18 Berlin, Berlin; 12 Hamburg, Hamburg; 12 Munich, Bavaria; 9 Cologne, North Rhine-Westphalia; 7 Düsseldorf, North Rhine-Westphalia; 8 Frankfurt am Main, Hesse; 6 Stuttgart, Baden-Württemberg; 5 Leipzig, Saxony',
  }),
  country('CA', [75, 48, 58], 'USD', '76 en-CA; 20 fr-CA; 4 en-US', {
    'America/Toronto': '30 Toronto, Ontario; 9 Ottawa, Ontario; 20 Montreal, Quebec',
    'America/Halifax': '4 Halifax, Nova Scotia',
    'America/Winnipeg': '5 Winnipeg, Manitoba',
    'America/Edmonton': '10 Calgary, Alberta',
    'America/Vancouver': '17 Vancouver, British Columbia',
  }),
  country('IN', [60, 76, 6], 'USD', '82 en-IN; 10 hi-IN; 8 en-US', {
    'Asia/Kolkata': '20 Mumbai, Maharashtra; 18 Bengaluru, Karnataka; 14 Pune, Maharashtra; 9 Chennai, Tamil Nadu',
  }),
  country('AU', [55, 50, 60], 'USD', '96 en-AU; 4 en-GB', {
    'Australia/Sydney': '32 Sydney, New South Wales',
    'Australia/Melbourne': '30 Melbourne, Victoria',
    'Australia/Brisbane': '15 Brisbane, Queensland',
    'Australia/Adelaide': '8 Adelaide, South Australia',
    'Australia/Perth': '11 Perth, Western Australia',
  }),
  country('FR', [50, 50, 36], 'EUR', '93 fr-FR; 7 en-GB', {
    'Europe/Paris':
      '34 Paris, Île-de-France; 12 Lyon, Auvergne-Rhône-Alpes; 9 Marseille, Provence-Alpes-Côte d’Azur; 8 Toulouse, Occitanie; 7 Nantes, Pays de la Loire; 6 Bordeaux, Nouvelle-Aquitaine',
  }),
  country('NL', [36, 46, 42], 'EUR', '80 nl-NL; 20 en-GB', {
    'Europe/Amsterdam':
      '26 Amsterdam, North Holland; 15 Rotterdam, South Holland; 11 The Hague, South Holland; 12 Utrecht, Utrecht; 7 Eindhoven, North Brabant',
  }),
  country('JP', [30, 54, 64], 'USD', '95 ja-JP; 5 en-US', {
    'Asia/Tokyo': '40 Tokyo, Tokyo; 16 Osaka, Osaka; 9 Yokohama, Kanagawa; 7 Fukuoka, Fukuoka; 6 Kyoto, Kyoto',
  }),
  country('ES', [28, 58, 24], 'EUR', '88 es-ES; 6 ca-ES; 6 en-GB', {
    'Europe/Madrid':
      '30 Madrid, Madrid; 24 Barcelona, Catalonia; 10 Valencia, Valencian Community; 8 Seville, Andalusia',
    'Atlantic/Canary': '3 Las Palmas, Canary Islands',
  }),
  country('IT', [28, 60, 30], 'EUR', '94 it-IT; 6 en-GB', {
    'Europe/Rome': '24 Milan, Lombardy; 24 Rome, Lazio; 10 Turin, Piedmont; 9 Bologna, Emilia-Romagna',
  }),
  country('IE', [26, 54, 55], 'EUR', '94 en-IE; 6 en-GB', {
    'Europe/Dublin': '48 Dublin, Leinster; 15 Cork, Munster; 8 Galway, Connacht',
  }),
  country('SE', [24, 48, 54], 'EUR', '82 sv-SE; 18 en-GB', {
    'Europe/Stockholm': '38 Stockholm, Stockholm County; 18 Gothenburg, Västra Götaland; 10 Malmö, Skåne',
  }),
  country('BR', [24, 68, 15], 'USD', '96 pt-BR; 4 en-US', {
    'America/Sao_Paulo':
      '34 São Paulo, São Paulo; 18 Rio de Janeiro, Rio de Janeiro; 8 Curitiba, Paraná; 8 Porto Alegre, Rio Grande do Sul',
    'America/Bahia': '5 Salvador, Bahia',
  }),
  country('PL', [22, 52, 15], 'EUR', '93 pl-PL; 7 en-GB', {
    'Europe/Warsaw': '30 Warsaw, Masovia; 15 Kraków, Lesser Poland; 11 Wrocław, Lower Silesia; 8 Gdańsk, Pomerania',
  }),
  country('CH', [20, 46, 55], 'EUR', '60 de-CH; 24 fr-CH; 16 en-GB', {
    'Europe/Zurich': '34 Zurich, Zurich; 16 Geneva, Geneva; 14 Basel, Basel-City; 11 Bern, Bern',
  }),
  country('AT', [18, 48, 38], 'EUR', '92 de-AT; 8 en-GB', {
    'Europe/Vienna': '50 Vienna, Vienna; 12 Graz, Styria; 9 Linz, Upper Austria; 8 Salzburg, Salzburg',
  }),
  country('MX', [18, 66, 22], 'USD', '94 es-MX; 6 en-US', {
    'America/Mexico_City': '36 Mexico City, Mexico City; 13 Guadalajara, Jalisco; 8 Puebla, Puebla',
    'America/Monterrey': '12 Monterrey, Nuevo León',
  }),
  country('BE', [16, 48, 40], 'EUR', '54 nl-BE; 36 fr-BE; 10 en-GB', {
    'Europe/Brussels': '34 Brussels, Brussels-Capital; 20 Antwerp, Flanders; 14 Ghent, Flanders; 9 Liège, Wallonia',
  }),
  country('DK', [15, 48, 62], 'EUR', '84 da-DK; 16 en-GB', {
    'Europe/Copenhagen': '48 Copenhagen, Capital Region; 16 Aarhus, Central Denmark; 8 Odense, Southern Denmark',
  }),
  country('NZ', [14, 48, 50], 'USD', '98 en-NZ; 2 en-GB', {
    'Pacific/Auckland': '44 Auckland, Auckland; 18 Wellington, Wellington; 14 Christchurch, Canterbury',
  }),
  country('NO', [12, 48, 62], 'EUR', '84 nb-NO; 16 en-GB', {
    'Europe/Oslo': '46 Oslo, Oslo; 16 Bergen, Vestland; 10 Trondheim, Trøndelag',
  }),
  country('SG', [12, 56, 45], 'USD', '86 en-SG; 14 zh-SG', { 'Asia/Singapore': '1 Singapore, Singapore' }),
  country('FI', [10, 46, 36], 'EUR', '86 fi-FI; 14 en-GB', {
    'Europe/Helsinki': '46 Helsinki, Uusimaa; 14 Tampere, Pirkanmaa; 10 Turku, Southwest Finland',
  }),
  country('ZA', [10, 66, 18], 'USD', '98 en-ZA; 2 en-GB', {
    'Africa/Johannesburg': '38 Johannesburg, Gauteng; 30 Cape Town, Western Cape; 14 Durban, KwaZulu-Natal',
  }),
  country('KR', [10, 56, 30], 'USD', '94 ko-KR; 6 en-US', {
    'Asia/Seoul': '52 Seoul, Seoul; 16 Busan, Busan; 10 Incheon, Incheon',
  }),
  country('PT', [9, 54, 28], 'EUR', '86 pt-PT; 14 en-GB', {
    'Europe/Lisbon': '44 Lisbon, Lisbon; 24 Porto, Porto; 6 Braga, Braga',
  }),
  country('CZ', [8, 46, 24], 'EUR', '92 cs-CZ; 8 en-GB', {
    'Europe/Prague': '46 Prague, Prague; 18 Brno, South Moravia',
  }),
];
