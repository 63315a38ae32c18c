/** How the paths of events are normalized to pages. Absent rules have their defaults, see the README. */
export interface PathRules {
  strip_query?: boolean;
  keep_params?: string[];
  strip_fragment?: boolean;
  trailing_slash?: 'keep' | 'strip';
  strip_origin?: boolean;
}
