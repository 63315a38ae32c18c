/** Rules of typed events, each tested at its boundaries. */
import { type EventResult, validateEvent } from '@millrace/shared/contract/event';
import { exactDigits, isExactNumber, parseExactJson } from '@millrace/shared/platform/exact-json';
import { expect, it } from 'vitest';

const nowMs = Date.UTC(2026, 10, 23, 12, 0, 0);
const check = (event_type: string, properties?: object, more: object = {}): EventResult =>
  validateEvent({ site_id: 'demo', path: '', event_type, ...(properties && { properties }), ...more }, nowMs);

const payment = { transaction_id: 't1', amount: '12.50', currency: 'EUR', status: 'succeeded' };
const changed = { subscription_id: 's1', amount: '30', currency: 'EUR', interval: 'quarter' };
const refund = { transaction_id: 't1', amount: '12.50', currency: 'EUR' };
const created = { tournament_id: 'cup', format: 'knockout', players: 16 };
const completed = { ...created, duration_minutes: 90.5 };
const cost = { category: 'hosting', feature: 'search', amount: '-3.00', currency: 'USD' };

it.each([
  ['signup', undefined, { user_id: 'ada' }],
  ['payment', payment, {}],
  ['payment', { ...payment, interval: 'year', plan: 'gold' }, {}],
  ['payment', { ...payment, interval: 'day', interval_count: 366 }, {}],
  ['payment', { ...payment, interval: 'week', interval_count: 1, subscription_id: 's1' }, {}],
  ['payment', { ...payment, interval: 'month', interval_count: 6 }, {}],
  ['payment', { ...payment, interval: 'quarter' }, {}],
  ['refund', refund, {}],
  ['refund', { ...refund, refund_id: 'r1' }, {}],
  ['subscription_changed', changed, {}],
  ['subscription_changed', { ...changed, subscription_id: undefined, interval_count: 2 }, { user_id: 'ada' }],
  ['subscription_canceled', { subscription_id: 's1' }, {}],
  ['subscription_canceled', { ends: 'period_end', currency: 'EUR' }, { user_id: 'ada' }],
  ['subscription_canceled', undefined, { user_id: 'ada' }],
  ['revenue', { amount: '-0.000001', currency: 'JPY' }, { profile_id: 'banner' }],
  ['cost', cost, {}],
  ['tournament_created', created, {}],
  ['tournament_completed', completed, {}],
  ['tournament_completed', { ...completed, revenue: '100', currency: 'USD' }, {}],
  ['payment', { ...payment, interval: null }, {}],
  ['payment', { ...payment, interval: 'month', interval_count: null, subscription_id: null }, {}],
  ['refund', { ...refund, refund_id: null }, {}],
  ['subscription_changed', { ...changed, interval_count: null }, {}],
  ['subscription_changed', { ...changed, subscription_id: null }, { user_id: 'ada' }],
  ['subscription_canceled', { subscription_id: 's1', currency: null, ends: null }, {}],
  ['subscription_canceled', { subscription_id: null, currency: null, ends: null }, { user_id: 'ada' }],
  ['tournament_completed', { ...completed, revenue: null, currency: null }, {}],
  ['Payment', {}, {}],
  ['view', { amount: 'much' }, {}],
])('accepts %s %j', (type, properties, more) => {
  expect(check(type, properties, more)).toMatchObject({ ok: true });
});

it('keeps an amount as the decimal that was sent, even if it was sent as a number', () => {
  const amountOf = (amount: unknown) => {
    const result = check('payment', { ...payment, amount });
    return result.ok ? result.event.properties?.amount : result.message;
  };
  expect(amountOf('0.10')).toBe('0.10');
  expect(amountOf(0.1)).toBe('0.1');
  expect(amountOf(19.99)).toBe('19.99');
  expect(amountOf(0)).toBe('0');
  expect(amountOf(999_999_999_999)).toBe('999999999999');
  expect(amountOf(parseExactJson('123456789012.123456'))).toBe('123456789012.123456');
  expect(amountOf(0.30000000000000004)).toMatch('up to 12 digits, up to 6 after the point');
});

it('keeps the digits of a duration', () => {
  const duration_minutes = parseExactJson('90.12345678901234567');
  const result = check('tournament_completed', { ...completed, duration_minutes });
  const kept = result.ok && result.event.properties?.duration_minutes;
  expect(isExactNumber(kept) && exactDigits(kept)).toBe('90.12345678901234567');
});

it.each([
  ['signup', undefined, {}, 'missing_field', 'user_id'],
  ['payment', undefined, {}, 'missing_field', 'properties.transaction_id'],
  ['payment', { ...payment, transaction_id: '' }, {}, 'empty', 'properties.transaction_id'],
  ['payment', { ...payment, transaction_id: 7 }, {}, 'wrong_type', 'properties.transaction_id'],
  ['payment', { ...payment, transaction_id: 'x'.repeat(129) }, {}, 'too_long', 'properties.transaction_id'],
  ['payment', { ...payment, amount: undefined }, {}, 'missing_field', 'properties.amount'],
  ['payment', { ...payment, amount: '-1' }, {}, 'bad_format', 'properties.amount'],
  ['payment', { ...payment, amount: '1e3' }, {}, 'bad_format', 'properties.amount'],
  ['payment', { ...payment, amount: '1,50' }, {}, 'bad_format', 'properties.amount'],
  ['payment', { ...payment, amount: '1.5000001' }, {}, 'bad_format', 'properties.amount'],
  ['payment', { ...payment, amount: '1\n' }, {}, 'bad_format', 'properties.amount'],
  ['payment', { ...payment, amount: 1e21 }, {}, 'bad_format', 'properties.amount'],
  ['payment', { ...payment, amount: true }, {}, 'wrong_type', 'properties.amount'],
  ['payment', { ...payment, amount: null }, {}, 'wrong_type', 'properties.amount'],
  ['payment', { ...payment, currency: 'eur' }, {}, 'bad_format', 'properties.currency'],
  ['payment', { ...payment, currency: 'ZZZ' }, {}, 'bad_format', 'properties.currency'],
  ['payment', { ...payment, status: 'pending' }, {}, 'bad_format', 'properties.status'],
  ['payment', { ...payment, interval: 'fortnight' }, {}, 'bad_format', 'properties.interval'],
  ['payment', { ...payment, interval_count: 0 }, {}, 'out_of_range', 'properties.interval_count'],
  ['payment', { ...payment, interval_count: 367 }, {}, 'out_of_range', 'properties.interval_count'],
  ['payment', { ...payment, interval_count: 1.5 }, {}, 'wrong_type', 'properties.interval_count'],
  ['payment', { ...payment, subscription_id: '' }, {}, 'empty', 'properties.subscription_id'],
  ['payment', { ...payment, subscription_id: 's1' }, {}, 'missing_field', 'properties.interval'],
  ['payment', { ...payment, interval_count: 2, interval: null }, {}, 'missing_field', 'properties.interval'],
  ['payment', { ...payment, amount: '-1' }, {}, 'bad_format', 'properties.amount'],
  ['refund', { ...refund, refund_id: 7 }, {}, 'wrong_type', 'properties.refund_id'],
  ['subscription_changed', { ...changed, interval: undefined }, {}, 'missing_field', 'properties.interval'],
  ['subscription_changed', { ...changed, amount: undefined }, {}, 'missing_field', 'properties.amount'],
  [
    'subscription_changed',
    { ...changed, subscription_id: undefined },
    {},
    'missing_field',
    'properties.subscription_id',
  ],
  ['subscription_canceled', {}, {}, 'missing_field', 'properties.subscription_id'],
  ['subscription_canceled', { subscription_id: null }, {}, 'missing_field', 'properties.subscription_id'],
  ['subscription_changed', { ...changed, subscription_id: null }, {}, 'missing_field', 'properties.subscription_id'],
  ['subscription_changed', { ...changed, interval: null }, {}, 'bad_format', 'properties.interval'],
  ['subscription_changed', { ...changed, amount: null }, {}, 'wrong_type', 'properties.amount'],
  ['refund', { ...refund, transaction_id: null }, {}, 'wrong_type', 'properties.transaction_id'],
  ['refund', { ...refund, currency: null }, {}, 'wrong_type', 'properties.currency'],
  ['subscription_canceled', { subscription_id: 's1', ends: 'soon' }, {}, 'bad_format', 'properties.ends'],
  ['refund', { ...refund, currency: undefined }, {}, 'missing_field', 'properties.currency'],
  ['revenue', { amount: '1' }, {}, 'missing_field', 'properties.currency'],
  ['cost', { ...cost, feature: undefined }, {}, 'missing_field', 'properties.feature'],
  ['tournament_created', { ...created, players: 1.5 }, {}, 'wrong_type', 'properties.players'],
  ['tournament_created', { ...created, players: -1 }, {}, 'out_of_range', 'properties.players'],
  [
    'tournament_created',
    { ...created, players: parseExactJson('16.00000000000000001') },
    {},
    'wrong_type',
    'properties.players',
  ],
  [
    'tournament_created',
    { ...created, players: parseExactJson('9007199254740993') },
    {},
    'out_of_range',
    'properties.players',
  ],
  [
    'payment',
    { ...payment, transaction_id: parseExactJson('9007199254740993') },
    {},
    'wrong_type',
    'properties.transaction_id',
  ],
  ['payment', { ...payment, amount: parseExactJson('1.0000000000000001') }, {}, 'bad_format', 'properties.amount'],
  ['payment', { ...payment, status: null }, {}, 'bad_format', 'properties.status'],
  ['tournament_completed', { ...completed, revenue: '5', currency: null }, {}, 'missing_field', 'properties.currency'],
  ['tournament_created', { ...created, players: '16' }, {}, 'wrong_type', 'properties.players'],
  ['tournament_completed', created, {}, 'missing_field', 'properties.duration_minutes'],
  ['tournament_completed', { ...completed, revenue: '5' }, {}, 'missing_field', 'properties.currency'],
])('refuses %s %j %j with %s of %s', (type, properties, more, reason, field) => {
  expect(check(type, properties, more)).toMatchObject({ ok: false, reason, field });
});

it.each([
  ['payment', { ...payment, subscription_id: 's1' }, 'properties.interval is required with subscription_id'],
  ['payment', { ...payment, interval_count: 2 }, 'properties.interval is required with interval_count'],
  ['subscription_canceled', {}, 'properties.subscription_id, or user_id of the event, is required for this event_type'],
  [
    'payment',
    { ...payment, amount: '-1' },
    'properties.amount must be a decimal such as "12.50" and not negative: up to 12 digits, up to 6 after the point',
  ],
])('explains how to correct %s %j', (type, properties, message) => {
  expect(check(type, properties)).toMatchObject({ ok: false, message });
});
