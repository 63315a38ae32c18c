import { describe, expect, it } from 'vitest';
import { createAgentReader } from '../../src/enrich/read-agent.ts';
import { chrome, windows } from './agent-texts.ts';

const read = createAgentReader();

describe('unusual user agents', () => {
  it.each(['', ' ', '\t'])('%j is not a bot and has no values, whatever hints come with it', (userAgent) => {
    expect(read(userAgent, { 'sec-ch-ua-platform': '"Windows"' })).toEqual({});
  });

  it('an unknown app does not get a made-up browser name from bowser', () => {
    expect(read('MyApp/1.2.3 (com.example.app; build:5; iOS 17.2.0) Alamofire/5.8.0')).toEqual({});
  });

  it('are read only up to 1,024 characters', () => {
    const long = `${chrome(windows)} ${'x'.repeat(1_024)}`;
    expect([read(`${long} Googlebot/2.1`), read(`${long} Firefox/1.0`)]).toEqual([read(long), read(long)]);
  });

  it.each([
    ...[
      'a',
      '(',
      '1.',
      '1_1',
      '\0',
      '\n',
      '\ud800',
      '😀',
      'version/1.',
      'Android 1;',
      'mac os x 1',
      '__proto__ ',
      'nexus 1',
    ],
    ...[
      '"',
      '\\"',
      'bot',
      'slackbot-',
      '; wv) Version/',
      '"a";v="1',
      'PlayStation 4 ',
      '1',
      '"Opera";v="111111111',
      'opt/1',
      '- ',
    ],
  ])('result in values that fit their columns: 10,000 characters of %j', (part) => {
    const given = { 'sec-ch-ua': part.repeat(5_000), 'sec-ch-ua-platform-version': `"${part.repeat(5_000)}"` };
    for (const start of [
      '',
      'Mozilla/5.0 (Linux; Android 6.0; ',
      'Mozilla/5.0 (compatible; ',
      'Mozilla/5.0 (PlayStation 4/1.',
      'Mozilla/5.0 (X11; Linux) Chrome/',
      'x/',
    ]) {
      const found = read((start + part.repeat(10_000)).slice(0, 10_000), given);
      for (const [name, text] of Object.entries(found)) {
        const limit = name === 'bot' ? 128 : 64;
        expect([name, text, [...text].length <= limit]).toEqual([
          name,
          expect.stringMatching(/^[^\p{Cc}\p{Cs}]+$/u),
          true,
        ]);
      }
    }
  });
});

describe('createAgentReader', () => {
  it('returns frozen results, because callers share them', () => {
    const answers = [read(''), read(chrome(windows)), read('curl/8.5.0')];
    expect(answers.map((answer) => Object.isFrozen(answer))).toEqual([true, true, true]);
  });

  it('returns the same result from the cache', () => {
    const forgetful = createAgentReader(1);
    const answers = [chrome(windows), 'curl/8.5.0', chrome(windows)].map((userAgent) => forgetful(userAgent));
    expect(answers).toEqual([read(chrome(windows)), { device: 'bot', bot: 'curl' }, read(chrome(windows))]);
  });
});
