/** How the paths of events become pages; what is absent is as by default, see docs/ingestion.md. */
export interface PathRules {
  strip_query?: boolean;
  keep_params?: string[];
  strip_fragment?: boolean;
  trailing_slash?: 'keep' | 'strip';
  strip_origin?: boolean;
}
