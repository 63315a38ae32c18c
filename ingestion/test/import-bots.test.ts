/** How the import handles bots: skips and counts their lines, or sends them with the bot's name. */
import { expect, it } from 'vitest';
import { BOT, BROWSER, file, logText, numbered, paths, run, startServer, useImportServer } from './import-server.ts';

useImportServer();

const phone = (comment: string) =>
  `Mozilla/5.0 (Linux; ${comment}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.198 Mobile Safari/537.36`;

/** The events of a log with these user agents, and the command's output. */
async function importAgents(agents: string[], ...options: string[]) {
  const server = await startServer();
  const log = await file('agents.log', agents.map((agent) => logText(1).replace(BROWSER, agent)).join(''));
  const { stdout } = await run([log, '--site', 'demo', '--url', server.url, ...options]);
  return { stdout, agents: server.events.map(({ properties, bot }) => [properties.user_agent, bot]) };
}

it('skips the lines of known bots, and sends them with the name of the bot with --include-bots', async () => {
  const log = await file('bots.log', logText(10, { bots: true }));
  const [without, withBots] = [await startServer(), await startServer()];
  const { stdout } = await run([log, '--site', 'demo', '--url', without.url]);
  await run([log, '--site', 'demo', '--url', withBots.url, '--include-bots']);
  expect(paths(without.events)).toEqual(['/p1', '/p2', '/p3', '/p4', '/p6', '/p7', '/p8', '/p9']);
  expect(stdout).toContain('  bots skipped              2\n');
  expect(paths(withBots.events)).toEqual(numbered(10));
  const bots = withBots.events.filter((event) => 'bot' in event);
  expect(bots.map(({ path, bot }) => [path, bot])).toEqual([
    ['/p5', 'Googlebot'],
    ['/p10', 'Googlebot'],
  ]);
  // Events of people are the same with and without the option.
  expect(withBots.events.filter((event) => !bots.includes(event))).toEqual(without.events);
});

it('keeps the ids of bot lines that earlier releases imported without a name, so that they count once', async () => {
  const log = await file('bot-ids.log', logText(5, { bots: true }));
  const server = await startServer();
  await run([log, '--site', 'demo', '--url', server.url, '--include-bots']);
  expect(server.events.at(-1)).toEqual({
    site_id: 'demo',
    event_type: 'view',
    event_id: 'b8df7660-2539-807e-8ffc-c86bbf2b0474',
    timestamp: '2024-05-17T10:00:04+00:00',
    path: '/p5',
    user_id: '192.0.2.4',
    bot: 'Googlebot',
    properties: { status: 200, bytes: 5, method: 'GET', user_agent: BOT },
  });
});

it('recognises the same bots as ingestion, including some that isbot does not recognise', async () => {
  const crawler =
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Amzn-User/0.1) Chrome/119.0 Safari/537.36';
  const bots = [
    [crawler, 'Amzn-User'],
    ['curl/8.5.0', 'curl'],
    [`${phone('Android 6.0; M BOT 551')} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`, 'Googlebot'],
    [phone('Android 4.0; SomeBot/1.0; +http://bot.example'), 'SomeBot'],
  ] as const;
  const sent = bots.map(([agent]) => agent);
  expect((await importAgents(sent)).agents).toEqual([]);
  expect((await importAgents(sent, '--include-bots')).agents).toEqual(bots);
});

it('treats lines without a user agent, and phones named like a bot, as people', async () => {
  const people = [
    ...[BROWSER, phone('Android 6.0; M BOT 551 Build/MRA58K'), phone('Android 9; CUBOT_X19')],
    ...[phone('Android 11; KINGBOT Note'), phone('arm_64; Android 12; M BOT 551')],
    ...[phone('U; Android 4.4.2; zh-cn; M BOT60 Build/KOT49H'), phone('Android 8.1.0; SPIDER X Build/O11019')],
  ];
  expect((await importAgents(people)).agents).toEqual(people.map((agent) => [agent, undefined]));
  expect((await importAgents(['-'])).agents).toEqual([[undefined, undefined]]);
});

it('lists the user agents that it skipped, with counts', async () => {
  const agents = [BOT, 'curl/8.5.0', BOT, BROWSER];
  expect((await importAgents(agents, '--show-bots')).stdout.split('\n').slice(0, 3)).toEqual([
    'Skipped as bots:',
    `          2  ${BOT}`,
    '          1  curl/8.5.0',
  ]);
  expect((await importAgents(agents)).stdout).not.toContain('curl');
});
