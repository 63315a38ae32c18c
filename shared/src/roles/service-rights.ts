/** What each service may do with each table: the rights of the database roles that a migration creates. */

/** The worker of reporting has the role of reporting. Roles belong to the whole server, so its databases share them. */
const roleNames = {
  ingestion: 'millrace_ingestion',
  processor: 'millrace_processor',
  scheduler: 'millrace_scheduler',
  reporting: 'millrace_reporting',
};
export type RoleService = keyof typeof roleNames;
export const roleServices = Object.keys(roleNames) as RoleService[];

export const roleOf = (service: RoleService) => roleNames[service];

/** Comma-separated privileges; one that is limited to columns names them in parentheses. */
type Rights = Partial<Record<RoleService, string>>;

const change = 'select, insert, update, delete';
/** Erasing a site deletes its rows from every table with a `site_id`. */
const erase = 'select, delete';
/** Keys are looked up by their hash, and the time of their last use is saved. */
const checkKeys = 'select, update (last_used_at)';
/** The health check of a service finds out whether its tables exist. */
const checkHealth = 'select (site_id)';
const everyone: Rights = { ingestion: 'select', processor: 'select', scheduler: 'select', reporting: 'select' };

/** Every table, so that a new one needs a decision. Partitions of events have the rights of events. */
export const tableRights: Record<string, Rights> = {
  migrations: everyone,
  schema_major: everyone,

  sites: { ingestion: 'select', processor: change, scheduler: 'select', reporting: 'select, insert, update' },
  events: { processor: 'select, insert, delete', scheduler: 'select (site_id, timestamp, bot)', reporting: 'select' },
  clocked_events: { processor: 'select, insert, delete' },
  event_duplicates: { processor: 'select, insert, delete' },
  dead_letter_events: { processor: change, scheduler: change },
  event_accounts: { ingestion: 'select, insert, update', processor: 'select, insert, update', reporting: 'select' },
  accounted_jobs: { processor: change, reporting: 'select' },
  accounted_ranges: { processor: 'select, insert, update', reporting: 'select' },
  visitor_salts: { ingestion: 'select, insert, delete', processor: 'select (day), delete' },
  raw_horizon: { processor: 'select, insert, update', reporting: 'select' },

  visitors: { processor: change, reporting: 'select' },
  rollup_15m: { processor: change, reporting: 'select' },
  rollup_days: { processor: change, scheduler: checkHealth, reporting: 'select' },
  rollup_marks: { processor: 'select, insert, delete', reporting: 'select, insert' },
  rollup_day_marks: { processor: 'select, insert, delete', reporting: 'select' },
  site_rollups: { processor: change, scheduler: checkHealth, reporting: 'select' },
  site_changes: { processor: change, reporting: 'select' },
  segments: { processor: change, reporting: 'select' },
  segment_values: { processor: change, reporting: 'select' },

  aggregation_marks: { processor: 'select, insert, delete', reporting: 'select' },
  site_aggregations: { processor: change, reporting: 'select' },
  site_metrics: { processor: change, reporting: 'select' },
  money_events: { processor: change, reporting: 'select' },
  mrr_movements: { processor: change, reporting: 'select' },
  revenue_aggregates: { processor: change, reporting: 'select' },
  profile_performance: { processor: change, reporting: 'select' },
  publisher_performance: { processor: change, reporting: 'select' },
  tournament_aggregates: { processor: change, reporting: 'select' },
  user_cohorts: { processor: change, reporting: 'select' },

  api_keys: {
    ...{ ingestion: checkKeys, scheduler: checkKeys, reporting: checkKeys },
    processor: 'select (id, site_id, expires_at, revoked_at), delete',
  },
  sessions: { processor: erase, scheduler: 'select, insert, delete', reporting: 'select, insert, delete' },
  audit_log: { processor: 'select (id, at, key_id), delete', scheduler: 'select, insert', reporting: 'insert' },
  share_links: { processor: 'select (site_id, id), delete', reporting: 'select, insert, update' },
  link_secrets: { reporting: 'select, insert' },

  annotations: { processor: erase, reporting: change },
  goals: { processor: erase, reporting: change },
  saved_views: { processor: erase, reporting: change },
  cache_entries: { processor: erase, reporting: change },
  cache_locks: { processor: erase, reporting: change },
  cache_jobs: { reporting: change },
  cache_invalidations: { reporting: 'select, insert, delete' },
  exports: { processor: 'select, update, delete', reporting: change },
  export_leftovers: { processor: 'select, insert', reporting: 'select, insert, delete' },
  reports: { processor: 'select, update, delete', reporting: 'select, insert, update' },
  report_files: { reporting: 'select, insert, delete' },
  report_templates: { processor: erase, reporting: change },
  report_deliveries: { processor: erase, reporting: 'select, insert, update' },
  report_unsubscribes: { processor: erase, reporting: 'select, insert, delete' },

  schedules: { scheduler: change, reporting: change },
  schedule_runs: { processor: erase, scheduler: 'select, insert, update' },
  job_templates: { scheduler: change },
  alert_rules: { scheduler: change },
  alert_states: { scheduler: 'select, insert, update' },
  alert_deliveries: { processor: erase, scheduler: 'select, insert, update' },
};

/** Sequences and functions that a service uses by name or by a default. */
export const otherRights: { kind: 'sequence' | 'function'; name: string; privilege: string; service: RoleService }[] = [
  { kind: 'sequence', name: 'segment_versions', privilege: 'usage', service: 'processor' },
  { kind: 'function', name: 'create_events_partition(text)', privilege: 'execute', service: 'processor' },
  { kind: 'function', name: 'drop_events_partition(text)', privilege: 'execute', service: 'processor' },
  { kind: 'function', name: 'close_events_partition(text, timestamptz)', privilege: 'execute', service: 'processor' },
  { kind: 'function', name: 'summarize_events_partition(regclass)', privilege: 'execute', service: 'processor' },
];
