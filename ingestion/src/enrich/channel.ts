/** The default channels of Google Analytics, plus one for assistants: https://support.google.com/analytics/answer/9756891 */
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
