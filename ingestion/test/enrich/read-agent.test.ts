import { describe, expect, it } from 'vitest';
import { type Agent, createAgentReader } from '../../src/enrich/read-agent.ts';
import { agent, chrome, linux, mac, webkit, windows } from './agent-texts.ts';

const read = createAgentReader();

describe('browsers on desktops', () => {
  it.each<[string, Agent]>([
    [chrome(windows), agent('Chrome', '131', 'Windows', '10', 'desktop')],
    [chrome(mac), agent('Chrome', '131', 'macOS', undefined, 'desktop')],
    [chrome(linux), agent('Chrome', '131', 'Linux', undefined, 'desktop')],
    [chrome('X11; CrOS x86_64 14541.0.0'), agent('Chrome', '131', 'Chrome OS', undefined, 'desktop')],
    [chrome(windows, '131.0.0.0', 'Safari/537.36 Edg/131.0.2903.86'), agent('Edge', '131', 'Windows', '10', 'desktop')],
    [chrome(windows, '130.0.0.0', 'Safari/537.36 OPR/115.0.0.0'), agent('Opera', '115', 'Windows', '10', 'desktop')],
    [
      chrome(linux, '130.0.0.0', 'Safari/537.36 Vivaldi/7.0.3495.11'),
      agent('Vivaldi', '7', 'Linux', undefined, 'desktop'),
    ],
    [
      chrome(windows, '128.0.0.0', 'YaBrowser/24.10.0.0 Safari/537.36'),
      agent('Yandex Browser', '24', 'Windows', '10', 'desktop'),
    ],
    [webkit(mac, 'Version/17.4.1 Safari/605.1.15'), agent('Safari', '17', 'macOS', undefined, 'desktop')],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.14; rv:100.0) Gecko/20100101 Firefox/100.0',
      agent('Firefox', '100', 'macOS', '10.14', 'desktop'),
    ],
    [
      'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
      agent('Firefox', '133', 'Linux', undefined, 'desktop'),
    ],
    [
      'Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko',
      agent('Internet Explorer', '11', 'Windows', '7', 'desktop'),
    ],
    [
      'Mozilla/5.0 (Windows NT 5.1; rv:52.0) Gecko/20100101 Firefox/52.0',
      agent('Firefox', '52', 'Windows', 'XP', 'desktop'),
    ],
  ])('%s', (userAgent, expected) => {
    expect(read(userAgent)).toEqual(expected);
  });
});

describe('browsers on phones and tablets', () => {
  const iphone = 'iPhone; CPU iPhone OS 17_2_1 like Mac OS X';
  it.each<[string, Agent]>([
    [webkit(iphone, 'Version/17.2 Mobile/15E148 Safari/604.1'), agent('Safari', '17', 'iOS', '17.2', 'mobile')],
    [webkit(iphone, 'CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1'), agent('Chrome', '126', 'iOS', '17.2', 'mobile')],
    [webkit(iphone, 'FxiOS/133.0 Mobile/15E148 Safari/605.1.15'), agent('Firefox', '133', 'iOS', '17.2', 'mobile')],
    // Since iOS 26, user agents say 18.6; the version of the browser equals that of the system.
    [
      webkit('iPhone; CPU iPhone OS 18_6 like Mac OS X', 'Version/26.1 Mobile/15E148 Safari/604.1'),
      agent('Safari', '26', 'iOS', '26.1', 'mobile'),
    ],
    [
      webkit('iPad; CPU OS 16_6 like Mac OS X', 'Version/16.6 Mobile/15E148 Safari/604.1'),
      agent('Safari', '16', 'iOS', '16.6', 'tablet'),
    ],
    [
      chrome('Linux; Android 10; K', '131.0.0.0', 'Mobile Safari/537.36'),
      agent('Chrome', '131', 'Android', undefined, 'mobile'),
    ],
    [chrome('Linux; Android 8.1.0; SM-T580', '106.0.0.0'), agent('Chrome', '106', 'Android', '8.1', 'tablet')],
    [
      chrome('Linux; Android 14; SAMSUNG SM-S918B', '121.0.0.0', 'Mobile Safari/537.36').replace(
        'Chrome',
        'SamsungBrowser/25.0 Chrome',
      ),
      agent('Samsung Internet', '25', 'Android', '14', 'mobile'),
    ],
    [
      'Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0',
      agent('Firefox', '133', 'Android', '14', 'mobile'),
    ],
    [
      chrome('Linux; Android 13; Pixel 7 Build/TQ3A; wv', '120.0.6099.230', 'Mobile Safari/537.36').replace(
        'Chrome',
        'Version/4.0 Chrome',
      ),
      agent('Android WebView', '120', 'Android', '13', 'mobile'),
    ],
    // Phones whose model contains "bot".
    [
      chrome('Linux; Android 6.0; M BOT 551 Build/MRA58K', '72.0.3626.121', 'Mobile Safari/537.36'),
      agent('Chrome', '72', 'Android', '6.0', 'mobile'),
    ],
    [
      chrome('Linux; Android 9; CUBOT_X19', '120.0.0.0', 'Mobile Safari/537.36'),
      agent('Chrome', '120', 'Android', '9', 'mobile'),
    ],
  ])('%s', (userAgent, expected) => {
    expect(read(userAgent)).toEqual(expected);
  });
});

describe('TVs and consoles', () => {
  it.each<[string, Agent]>([
    [
      'Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) AppleWebKit/537.36 (KHTML, like Gecko) 85.0.4183.93/6.5 TV Safari/537.36',
      { browser: 'Tizen Browser', os: 'Tizen', os_version: '6.5', device: 'tv' },
    ],
    [
      chrome('Web0S; Linux/SmartTV', '87.0.4280.88', 'Safari/537.36 WebAppManager'),
      { browser: 'webOS Browser', os: 'webOS', device: 'tv' },
    ],
    [
      chrome('Linux; Android 9; BRAVIA 4K UR2 Build/PTT1.190515.001.S104', '94.0.4606.71'),
      agent('Chrome', '94', 'Android', '9', 'tv'),
    ],
    [
      'Mozilla/5.0 (Linux; Android 9; AFTMM Build/PS7484) AppleWebKit/537.36 (KHTML, like Gecko) Silk/108.4.6 like Chrome/108.0.5359.160 Safari/537.36',
      agent('Amazon Silk', '108', 'Android', '9', 'tv'),
    ],
    [
      webkit('PlayStation; PlayStation 5/2.26', 'Version/13.0 Safari/605.1.15'),
      { browser: 'PlayStation Browser', os: 'PlayStation 5', os_version: '2.26', device: 'console' },
    ],
    [
      'Mozilla/5.0 (PLAYSTATION 3 4.91) AppleWebKit/531.22.8 (KHTML, like Gecko)',
      { browser: 'PlayStation Browser', os: 'PlayStation 3', os_version: '4.91', device: 'console' },
    ],
    [
      'Mozilla/5.0 (PlayStation 4 3.11) AppleWebKit/537.73 (KHTML, like Gecko)',
      { browser: 'PlayStation Browser', os: 'PlayStation 4', os_version: '3.11', device: 'console' },
    ],
    [
      chrome(`${windows}; Xbox; Xbox Series X`, '120.0.0.0', 'Safari/537.36 Edg/120.0.2210.91'),
      agent('Edge', '120', 'Xbox', undefined, 'console'),
    ],
    [
      'Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/606.4 (KHTML, like Gecko) NF/6.0.1.15.4 NintendoBrowser/5.1.0.20393',
      { browser: 'Nintendo Browser', os: 'Nintendo Switch', device: 'console' },
    ],
  ])('%s', (userAgent, expected) => {
    expect(read(userAgent)).toEqual(expected);
  });
});
