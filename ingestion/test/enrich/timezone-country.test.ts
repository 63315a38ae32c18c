import { describe, expect, it } from 'vitest';
import { timezoneCountry } from '../../src/enrich/timezone-country.ts';

describe('timezoneCountry', () => {
  it.each([
    ...[
      ['Europe/Berlin', 'DE'],
      ['Europe/Stockholm', 'SE'],
      ['Europe/Zurich', 'CH'],
      ['Europe/Bratislava', 'SK'],
    ],
    ...[
      ['America/Toronto', 'CA'],
      ['America/New_York', 'US'],
      ['America/Argentina/Buenos_Aires', 'AR'],
      ['Africa/Accra', 'GH'],
    ],
    ...[
      ['Asia/Calcutta', 'IN'],
      ['Asia/Saigon', 'VN'],
      ['Europe/Kiev', 'UA'],
      ['America/Buenos_Aires', 'AR'],
      ['Japan', 'JP'],
    ],
  ])('%s is in %s, the country of the city in its name', (timezone, country) => {
    expect(timezoneCountry(timezone)).toBe(country);
  });

  it.each(['UTC', 'Etc/GMT+3', 'CET', 'EST', 'Mars/Olympus', 'europe berlin', '', '__proto__', 'constructor'])(
    '%j has no country',
    (timezone) => {
      expect(timezoneCountry(timezone)).toBeUndefined();
    },
  );
});
