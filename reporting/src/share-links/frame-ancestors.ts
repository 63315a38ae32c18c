import Joi from 'joi';

export interface EmbedEnvironment {
  EMBED_ORIGINS?: string;
}

/** As in Content-Security-Policy; `*.` before a host stands for its subdomains. */
const origin = /^https?:\/\/(?:(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

const listed = (text = ''): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

export const embedSettings = {
  EMBED_ORIGINS: Joi.string()
    .custom((text: string, helpers) => {
      const wrong = listed(text).find((part) => part !== '*' && !origin.test(part));
      return wrong === undefined ? text : helpers.error('origins.bad', { wrong });
    })
    .messages({
      'origins.bad':
        'EMBED_ORIGINS: {{#wrong}} is not an origin. Use origins such as https://wiki.example, separated by commas, or * for all',
    }),
};

/** Whether pages of other origins may frame shared links. */
export const isEmbeddable = ({ EMBED_ORIGINS }: EmbedEnvironment): boolean => listed(EMBED_ORIGINS).length > 0;

/** The Content-Security-Policy directive for pages of shared links. Pages of this service may always frame them. */
export function frameAncestors({ EMBED_ORIGINS }: EmbedEnvironment): string {
  const origins = listed(EMBED_ORIGINS);
  return `frame-ancestors ${origins.includes('*') ? '*' : ["'self'", ...origins].join(' ')}`;
}
