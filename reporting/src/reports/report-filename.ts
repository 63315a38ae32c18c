import { formats } from '../exports/formats/formats.js';
import type { Report } from './report.js';

type NamedReport = Pick<Report, 'title' | 'siteId' | 'firstDay' | 'lastDay' | 'revision' | 'format'>;

/** Titles are user input: only letters and digits of any script are kept, so the name cannot leave its folder. */
export function filenameOf(report: NamedReport): string {
  const { title, siteId, firstDay, lastDay, revision, format } = report;
  const name = [...title.normalize('NFC').toLowerCase()].slice(0, 60).join('');
  const plain = name.replace(/[^\p{L}\p{M}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'report';
  const days = firstDay === lastDay ? firstDay : `${firstDay}_${lastDay}`;
  const again = revision === 1 ? '' : `_r${revision}`;
  return `${plain}_${siteId}_${days}${again}.${formats[format].extension}`;
}
