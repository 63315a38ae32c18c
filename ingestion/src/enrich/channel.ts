/** As Google Analytics groups them, with assistants apart: https://support.google.com/analytics/answer/9756891 */
export type Channel =
  | 'Direct'
  | 'Organic Search'
  | 'Paid Search'
  | 'Organic Social'
  | 'Paid Social'
  | 'Email'
  | 'Video'
  | 'Shopping'
  | 'Referral'
  | 'Affiliates'
  | 'Display'
  | 'AI Assistants';
