/**
 * Bots that fetch pages for language models: to train them, to build a search index, or because someone asked an assistant about
 * the page. Named as in their user agents, according to their operators' documentation. Googlebot, Bingbot and Applebot are not
 * listed: they are search engines first, and their user agents do not reveal whether they also collect for a model.
 */
export const aiCrawlers: readonly string[] = [
  ...['GPTBot', 'ChatGPT-User', 'OAI-SearchBot', 'OAI-AdsBot'],
  ...['ClaudeBot', 'Claude-User', 'Claude-SearchBot', 'Claude-Code', 'Claude-Web', 'anthropic-ai'],
  ...['PerplexityBot', 'Perplexity-User', 'MistralAI-User', 'DeepSeekBot', 'Manus-User'],
  ...['Google-CloudVertexBot', 'Google-NotebookLM', 'Google-Agent', 'Gemini-Deep-Research'],
  ...['meta-externalagent', 'meta-externalfetcher', 'meta-webindexer'],
  ...['Amazonbot', 'Amzn-SearchBot', 'Amzn-User', 'Bytespider', 'PanguBot'],
  ...['cohere-ai', 'cohere-training-data-crawler', 'YouBot', 'DuckAssistBot'],
  ...['CCBot', 'AI2Bot', 'Diffbot', 'omgilibot', 'Webzio-Extended', 'Timpibot', 'ImagesiftBot', 'img2dataset'],
];
