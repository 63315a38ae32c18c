/** Known sources by host, compiled for Millrace from the sources' own URLs. */
import type { Channel } from './channel.js';
import { searchHosts } from './search-hosts.js';
import { socialHosts } from './social-hosts.js';

type Hosts = Readonly<Record<string, string>>;

const email: Hosts = {
  Gmail: 'mail.google.com com.google.android.gm',
  Outlook:
    'outlook.live.com outlook.office.com outlook.office365.com outlook.com safelinks.protection.outlook.com com.microsoft.office.outlook',
  'Yahoo Mail': 'mail.yahoo.* com.yahoo.mobile.client.android.mail',
  'Proton Mail': 'mail.proton.me mail.protonmail.com ch.protonmail.android',
  'iCloud Mail': 'icloud.com',
  Fastmail: 'fastmail.com',
  'GMX Mail': 'gmx.net gmx.com gmx.at gmx.ch deref-gmx.net deref-gmx.com',
  'WEB.DE Mail': 'web.de deref-web.de deref-web-02.de',
  'Mail.ru Mail': 'e.mail.ru',
  'Yandex Mail': 'mail.yandex.*',
  'Naver Mail': 'mail.naver.com',
  'QQ Mail': 'mail.qq.com',
  'NetEase Mail': 'mail.163.com mail.126.com',
  'AOL Mail': 'mail.aol.com',
  'Zoho Mail': 'mail.zoho.com mail.zoho.eu',
  'Orange Mail': 'messagerie.orange.fr',
  'T-Online Mail': 'email.t-online.de',
  Mailchimp: 'mailchi.mp list-manage.com campaign-archive.com',
  Klaviyo: 'klaviyo.com',
  Brevo: 'brevo.com sendibm1.com sendinblue',
  MailerLite: 'mailerlite.com',
  SendGrid: 'sendgrid.net',
  HubSpot: 'hubspotlinks.com',
  Newsletter: 'news-letter news_letter email-newsletter',
  Email: 'e-mail e_mail mail',
};

const video: Hosts = {
  YouTube: 'youtube.com youtu.be youtube-nocookie.com com.google.android.youtube yt',
  Vimeo: 'vimeo.com',
  Dailymotion: 'dailymotion.com dai.ly',
  Twitch: 'twitch.tv tv.twitch.android.app',
  Kick: 'kick.com',
  Rumble: 'rumble.com',
  Odysee: 'odysee.com',
  Bilibili: 'bilibili.com b23.tv',
  Niconico: 'nicovideo.jp nico.ms',
  Youku: 'youku.com',
  iQIYI: 'iqiyi.com',
  Rutube: 'rutube.ru',
  TED: 'ted.com',
  Wistia: 'wistia.com wistia.net',
  Loom: 'loom.com',
  Netflix: 'netflix.com',
};

const shopping: Hosts = {
  'Google Shopping': 'shopping.google.*',
  Amazon: 'amazon.* amzn.to com.amazon.mshop.android.shopping',
  eBay: 'ebay.* com.ebay.mobile',
  Etsy: 'etsy.com',
  Walmart: 'walmart.com walmart.ca',
  Target: 'target.com',
  'Best Buy': 'bestbuy.com',
  AliExpress: 'aliexpress.com aliexpress.ru aliexpress.us',
  Alibaba: 'alibaba.com',
  Taobao: 'taobao.com',
  Tmall: 'tmall.com',
  'JD.com': 'jd.com',
  Temu: 'temu.com',
  SHEIN: 'shein.com',
  Rakuten: 'rakuten.co.jp rakuten.com',
  'Mercado Libre': 'mercadolibre.* mercadolivre.com.br',
  Flipkart: 'flipkart.com',
  Shopee: 'shopee.*',
  Lazada: 'lazada.*',
  Ozon: 'ozon.ru',
  Wildberries: 'wildberries.ru',
  Allegro: 'allegro.pl',
  bol: 'bol.com',
  OTTO: 'otto.de',
  Zalando: 'zalando.*',
  idealo: 'idealo.*',
  Geizhals: 'geizhals.de geizhals.at',
  PriceRunner: 'pricerunner.*',
  Kelkoo: 'kelkoo.*',
  Shop: 'shop.app',
};

const assistants: Hosts = {
  ChatGPT: 'chatgpt.com openai.com com.openai.chatgpt',
  Claude: 'claude.ai claude.com com.anthropic.claude',
  Perplexity: 'perplexity.ai perplexity.com ai.perplexity.app.android',
  Gemini: 'gemini.google.com bard.google.com com.google.android.apps.bard',
  NotebookLM: 'notebooklm.google.com',
  Copilot:
    'copilot.microsoft.com copilot.cloud.microsoft m365.cloud.microsoft edgeservices.bing.com com.microsoft.copilot',
  'Meta AI': 'meta.ai',
  Grok: 'grok.com x.ai ai.x.grok',
  DeepSeek: 'deepseek.com com.deepseek.chat',
  'Le Chat': 'mistral.ai mistral',
  Qwen: 'qwen.ai tongyi.aliyun.com tongyi.com',
  Kimi: 'kimi.com moonshot.cn',
  Doubao: 'doubao.com',
  Yuanbao: 'yuanbao.tencent.com',
  'Z.ai': 'z.ai chatglm.cn',
  'ERNIE Bot': 'yiyan.baidu.com',
  'Duck.ai': 'duck.ai',
  'You.com': 'you.com',
  Poe: 'poe.com',
  Phind: 'phind.com',
  Genspark: 'genspark.ai',
  Felo: 'felo.ai',
  Andi: 'andisearch.com',
  Pi: 'pi.ai',
};

const affiliates: Hosts = {
  Awin: 'awin1.com awin.com',
  'CJ Affiliate': 'anrdoezrs.net dpbolvw.net jdoqocy.com kqzyfj.com tkqlhce.com',
  'Rakuten Advertising': 'linksynergy.com',
  Impact: 'pxf.io sjv.io',
  Partnerize: 'prf.hn',
  ShareASale: 'shareasale.com',
  Tradedoubler: 'tradedoubler.com',
  TradeTracker: 'tradetracker.net',
  Skimlinks: 'skimresources.com',
  Digistore24: 'digistore24.com',
};

const display: Hosts = {
  'Google Display Network': 'doubleclick.net googlesyndication.com googleadservices.com',
  Taboola: 'taboola.com',
  Outbrain: 'outbrain.com',
  Criteo: 'criteo.com criteo.net',
  Xandr: 'adnxs.com',
};

/** News, and subdomains of the hosts above that are something else. */
const others: Hosts = {
  'Google News': 'news.google.com com.google.android.apps.magazines',
  'Google Docs': 'docs.google.com drive.google.com sites.google.com classroom.google.com',
  'Google Services':
    'accounts.google.com play.google.com support.google.com cloud.google.com developers.google.com groups.google.com calendar.google.com',
  'Google Translate': 'translate.google.* translate.goog',
  'Yahoo News': 'news.yahoo.*',
  MSN: 'msn.com',
  'Apple News': 'apple.news',
  Flipboard: 'flipboard.com flip.it',
  SmartNews: 'smartnews.com',
  NewsBreak: 'newsbreak.com',
  Toutiao: 'toutiao.com',
  Dzen: 'dzen.ru',
  Feedly: 'feedly.com',
  Inoreader: 'inoreader.com',
  Pocket: 'getpocket.com',
  GitHub: 'github.com',
  Wikipedia: 'wikipedia.org',
  AWS: 'aws.amazon.com',
};

/**
 * Words in lower case by the name of a source. A word with a dot is a host and includes its subdomains; `.*` at the end matches the
 * top-level domain of any country. Android apps send the name of their package as the host. A word without a dot is a value of
 * `utm_source`; the source's name and hosts are recognised there without being repeated.
 */
export const sourceHosts: readonly (readonly [Channel, Hosts])[] = [
  ['Organic Search', searchHosts],
  ['Organic Social', socialHosts],
  ['Email', email],
  ['Video', video],
  ['Shopping', shopping],
  ['AI Assistants', assistants],
  ['Affiliates', affiliates],
  ['Display', display],
  ['Referral', others],
];
