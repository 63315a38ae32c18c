/** Good and bad are never distinguished by colour alone. */
export const colors = {
  ink: '#1b2733',
  grey: '#66727f',
  line: '#dfe4ea',
  panel: '#f5f7f9',
  accent: '#1f5fbf',
  tint: '#dfeafa',
  good: '#17763a',
  bad: '#b3261e',
};
