import { describe, expect, it } from 'vitest';
import { type Agent, createAgentReader } from '../../src/enrich/read-agent.ts';
import { agent, chrome, linux, mac, windows } from './agent-texts.ts';

const read = createAgentReader();

describe('client hints', () => {
  const brands = (...names: string[]) => names.map((name) => `"${name}";v="131"`).join(', ');
  const hints = (list: string, mobile: string, platform: string, version?: string) => ({
    'sec-ch-ua': list,
    'sec-ch-ua-mobile': mobile,
    'sec-ch-ua-platform': platform,
    'sec-ch-ua-platform-version': version,
  });
  const usual = brands('Chromium', 'Google Chrome', 'Not-A.Brand');

  it.each<[string, string, ReturnType<typeof hints>, Agent]>([
    [
      'Windows 11',
      chrome(windows),
      hints(usual, '?0', '"Windows"', '"15.0.0"'),
      agent('Chrome', '131', 'Windows', '11', 'desktop'),
    ],
    [
      'the first version of Windows 11',
      chrome(windows),
      hints(usual, '?0', '"Windows"', '"13.0.0"'),
      agent('Chrome', '131', 'Windows', '11', 'desktop'),
    ],
    [
      'Windows 10',
      chrome(windows),
      hints(usual, '?0', '"Windows"', '"10.0.0"'),
      agent('Chrome', '131', 'Windows', '10', 'desktop'),
    ],
    [
      'Windows 8.1',
      chrome(windows),
      hints(usual, '?0', '"Windows"', '"0.3.0"'),
      agent('Chrome', '131', 'Windows', '8.1', 'desktop'),
    ],
    [
      'no version',
      chrome(windows),
      hints(usual, '?0', '"Windows"'),
      agent('Chrome', '131', 'Windows', '10', 'desktop'),
    ],
    [
      'macOS',
      chrome(mac),
      hints(usual, '?0', '"macOS"', '"14.5.0"'),
      agent('Chrome', '131', 'macOS', '14.5', 'desktop'),
    ],
    [
      'a kernel',
      chrome(linux),
      hints(usual, '?0', '"Linux"', '"6.5.0"'),
      agent('Chrome', '131', 'Linux', undefined, 'desktop'),
    ],
    [
      'Android',
      chrome('Linux; Android 10; K', '131.0.0.0', 'Mobile Safari/537.36'),
      hints(usual, '?1', '"Android"', '"14.0.0"'),
      agent('Chrome', '131', 'Android', '14', 'mobile'),
    ],
    [
      'a tablet that requests desktop pages',
      chrome(linux),
      hints(usual, '?0', '"Android"', '"13"'),
      agent('Chrome', '131', 'Android', '13', 'tablet'),
    ],
    [
      'Brave',
      chrome(windows),
      hints(brands('Brave', 'Chromium', 'Not;A=Brand'), '?0', '"Windows"'),
      agent('Brave', '131', 'Windows', '10', 'desktop'),
    ],
    [
      'Edge',
      chrome(windows),
      hints(brands('Microsoft Edge', 'Chromium', '(Not(A:Brand'), '?0', '"Windows"'),
      agent('Edge', '131', 'Windows', '10', 'desktop'),
    ],
    [
      'some Chromium',
      chrome(linux),
      hints(brands('Chromium', ' Not A;Brand'), '?0', '"Linux"'),
      agent('Chromium', '131', 'Linux', undefined, 'desktop'),
    ],
    [
      'a brand with quotes',
      chrome(linux),
      hints(brands('\\"Google Chrome\\"', 'Not\\\\A;Brand'), '?0', '"Linux"'),
      agent('Chrome', '131', 'Linux', undefined, 'desktop'),
    ],
    [
      'a TV',
      chrome('Web0S; Linux/SmartTV', '108.0.0.0'),
      hints(brands('Chromium'), '?0', '"Linux"'),
      { browser: 'webOS Browser', os: 'webOS', device: 'tv' },
    ],
    [
      'nonsense',
      chrome(windows),
      hints('Chrome', 'yes', 'Windows', '11'),
      agent('Chrome', '131', 'Windows', '10', 'desktop'),
    ],
    [
      'a headless browser',
      chrome(linux),
      hints(brands('HeadlessChrome', 'Chromium'), '?0', '"Linux"'),
      { device: 'bot', bot: 'HeadlessChrome' },
    ],
  ])('take precedence over the user agent: %s', (_what, userAgent, given, expected) => {
    expect(read(userAgent, given)).toEqual(expected);
  });

  it('prefer the full version list if the browser sent it', () => {
    const full = {
      'sec-ch-ua': usual,
      'sec-ch-ua-full-version-list': '"Chromium";v="131.0.6778.86", "Opera";v="115.0.5322.68"',
    };
    expect(read(chrome(linux), full)).toEqual(agent('Opera', '115', 'Linux', undefined, 'desktop'));
  });

  it('are not taken from a user agent with line breaks, which a server may pass on', () => {
    const own = createAgentReader();
    const given = hints(usual, '?0', '"Windows"', '"15.0.0"');
    own(`${usual}\n\n?0\n"Windows"\n"15.0.0"\n${chrome(windows)}`);
    own(`\n\n\n\n\n${chrome(mac)}`);
    expect(own(chrome(windows), given)).toEqual(agent('Chrome', '131', 'Windows', '11', 'desktop'));
    expect(own(chrome(mac))).toEqual(agent('Chrome', '131', 'macOS', undefined, 'desktop'));
  });

  it('of one browser are not applied to another with the same user agent', () => {
    const own = createAgentReader();
    const given = hints(usual, '?0', '"Windows"', '"15.0.0"');
    expect([own(chrome(windows), given).os_version, own(chrome(windows)).os_version]).toEqual(['11', '10']);
  });
});
