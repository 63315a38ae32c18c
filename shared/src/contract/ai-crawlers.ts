/**
 * Bots that fetch pages for language models: to train them, to search for them, or because a person asks an assistant about a
 * page. Names as the user agents carry them, by the documentation that their operators publish. Googlebot, Bingbot and Applebot
 * are search engines first, and whether they also read for a model no user agent tells.
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
