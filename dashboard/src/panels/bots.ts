/** Programs that came: search engines, crawlers, monitors. */
import { ofType, type Panel } from './panel.ts';

const ofBots = { isOfBots: true, metrics: ['events'] } as const;

export const bots: Panel = {
  name: 'bots',
  tabs: [
    { ...ofBots, name: 'bot', dimension: 'bot', isSet: true },
    { ...ofBots, name: 'ai_crawlers', dimension: 'bot', isSet: true },
    { ...ofBots, name: 'bot_pages', dimension: 'path', filters: [...ofType('view'), ['is_set', 'bot']] },
  ],
};
