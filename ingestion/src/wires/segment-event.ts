/** Converts a message of the Segment specification to an event. See docs/wires.md. */
import { toEventId } from '@millrace/shared/contract/event-id';
import { type Fields, fieldsOf, firstText, idOf, present, textOf } from './fields.js';

/** Applies to all messages of a request. */
export interface SegmentBatch {
  siteId: string;
  sentAt?: unknown;
  /** Whether to trust the visitor's address and user agent in the messages. */
  isTrusted: boolean;
  /** For messages without a type. */
  type?: string | undefined;
}

/** Properties of a page that are stored in columns. */
const pageColumns = ['url', 'path', 'referrer', 'title', 'search'];

const withoutColumns = (properties: Fields) =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !pageColumns.includes(name)));

/** Traits of users are not stored with events. */
function typeAndProperties(type: unknown, message: Fields): { event_type: unknown; properties?: Fields | undefined } {
  const { event, name, groupId, previousId } = message;
  const properties = fieldsOf(message.properties);
  if (type === 'track') return { event_type: textOf(event, 64), properties: present(properties) };
  if (type === 'page' || type === 'screen') {
    return { event_type: 'view', properties: present({ name, ...withoutColumns(properties) }) };
  }
  return { event_type: type, properties: present({ group_id: groupId, previous_id: previousId }) };
}

function campaignOf(campaign: Fields): Fields {
  return {
    utm_source: textOf(campaign.source, 255),
    utm_medium: textOf(campaign.medium, 255),
    utm_campaign: textOf(campaign.name, 255),
    utm_term: textOf(campaign.term, 255),
    utm_content: textOf(campaign.content, 255),
  };
}

function screenOf({ width, height }: Fields): string | undefined {
  return Number.isInteger(width) && Number.isInteger(height) ? textOf(`${width}x${height}`, 16) : undefined;
}

/** Some clients send milliseconds since 1970. */
const timeOf = (value: unknown) =>
  typeof value === 'number' && Math.abs(value) < 8.64e15 ? new Date(value).toISOString() : textOf(value, 40);

/** An id that is too long is hashed, so that all its characters count. */
function eventIdOf(messageId: unknown): string | undefined {
  if (typeof messageId !== 'string' || messageId === '') return idOf(messageId);
  return messageId.length > 128 ? toEventId(messageId, 0) : messageId;
}

/** The id is only used with a time: without one, a retry would not be the same event. */
function identityOf({ messageId, timestamp, originalTimestamp }: Fields, sentAt: unknown): Fields {
  const [first, sent] = [originalTimestamp ?? timestamp, timeOf(sentAt)];
  const time = timeOf(first) ?? sent;
  return time === undefined ? {} : { event_id: eventIdOf(messageId), timestamp: time, sent_at: sent };
}

const visitorOf = ({ ip, userAgent }: Fields) => present({ ip: textOf(ip, 64), user_agent: textOf(userAgent, 1_024) });

export function toEvent(message: Fields, batch: SegmentBatch): unknown {
  const { type = batch.type, userId, anonymousId, sentAt = batch.sentAt, name } = message;
  const context = fieldsOf(message.context);
  const [properties, page, os] = [fieldsOf(message.properties), fieldsOf(context.page), fieldsOf(context.os)];
  const isView = type === 'page' || type === 'screen';
  return present({
    ...typeAndProperties(type, message),
    ...identityOf(message, sentAt),
    ...campaignOf(fieldsOf(context.campaign)),
    site_id: batch.siteId,
    path:
      firstText(2048, isView && properties.url, page.url, isView && properties.path, page.path, isView && name) ?? '',
    user_id: idOf(userId) ?? idOf(anonymousId),
    session_id: idOf(context.sessionId),
    referrer: isView ? firstText(2048, properties.referrer, page.referrer) : undefined,
    title: firstText(512, isView && properties.title, page.title),
    language: textOf(context.locale, 35),
    timezone: textOf(context.timezone, 64),
    screen: screenOf(fieldsOf(context.screen)),
    os: textOf(os.name, 64),
    os_version: textOf(os.version, 64),
    context: batch.isTrusted ? visitorOf(context) : undefined,
  });
}
