/** Marks on the chart where something happened; what it was is shown beside them. */
import { formatInstant } from '../format-instant.ts';
import { t } from '../i18n/text.ts';
import { type Annotation, annotations } from './annotations.ts';
import { openAnnotations } from './annotations-state.ts';
import { byPoint } from './by-point.ts';
import type { Series } from './series.ts';

const words = ({ kind, text }: Annotation) => `${t(`annotation.${kind}`)}: ${text}`;

function Mark({ all, left, side, zone }: { all: Annotation[]; left: number; side: string; zone: string }) {
  return (
    <div class="mark" style={{ left: `${left}%` }} data-side={side}>
      <button type="button" data-kind={all[0]!.kind} aria-label={all.map(words).join('; ')} onClick={openAnnotations}>
        {all.length > 1 ? all.length : null}
      </button>
      <ul>
        {all.map(({ id, at, until, kind, text }) => (
          <li key={id}>
            <strong>{t(`annotation.${kind}`)}</strong> {text}
            <span class="faint">
              {formatInstant(at, zone)}
              {until && ` – ${formatInstant(until, zone)}`}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export interface AnnotationMarksProps {
  series: Series;
  zone: string;
}

export function AnnotationMarks({ series, zone }: AnnotationMarksProps) {
  const count = series.points.length;
  return (
    <div class="marks">
      {[...byPoint(series, annotations.value, zone)].map(([at, all]) => (
        <Mark
          {...{ key: at, all, zone, left: count > 1 ? (100 * at) / (count - 1) : 50 }}
          side={at > count / 2 ? 'before' : 'after'}
        />
      ))}
    </div>
  );
}
