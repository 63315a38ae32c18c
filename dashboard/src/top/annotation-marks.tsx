/** Marks annotations on the chart, with their texts beside them. */
import { formatSpan } from '../format-instant.ts';
import { t } from '../i18n/text.ts';
import { type Annotation, annotations, openAnnotations } from './annotations.ts';
import { byPoint, pointAt } from './by-point.ts';
import type { Series } from './series.ts';

const describeAnnotation = ({ kind, text }: Annotation) => `${t(`annotation.${kind}`)}: ${text}`;

function Mark({ all, left, side, zone }: { all: Annotation[]; left: number; side: string; zone: string }) {
  return (
    <div class="mark" style={{ left: `${left}%` }} data-side={side}>
      <button
        type="button"
        data-kind={all[0]!.kind}
        aria-label={all.map(describeAnnotation).join('; ')}
        onClick={openAnnotations}
      >
        {all.length > 1 ? all.length : null}
      </button>
      <ul>
        {all.map(({ id, at, until, kind, text }) => (
          <li key={id}>
            <strong>{t(`annotation.${kind}`)}</strong> {text}
            <span class="faint">{formatSpan(at, until, zone)}</span>
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

/** For annotations that span more than one point. */
function AnnotationSpan({
  series,
  zone,
  annotation: { at, until },
}: AnnotationMarksProps & { annotation: Annotation }) {
  if (until === null) return null;
  const last = series.points.length - 1;
  const from = pointAt(series, Date.parse(at), zone);
  // `until` is exclusive.
  const to = pointAt(series, Date.parse(until) - 1, zone);
  if (from === to) return null;
  return <div class="lasting" style={{ left: `${(100 * from) / last}%`, width: `${(100 * (to - from)) / last}%` }} />;
}

export function AnnotationMarks({ series, zone }: AnnotationMarksProps) {
  const count = series.points.length;
  return (
    <div class="marks">
      {annotations.value.map((annotation) => (
        <AnnotationSpan key={annotation.id} {...{ series, zone, annotation }} />
      ))}
      {[...byPoint(series, annotations.value, zone)].map(([at, all]) => (
        <Mark
          {...{ key: at, all, zone, left: count > 1 ? (100 * at) / (count - 1) : 50 }}
          side={at > count / 2 ? 'before' : 'after'}
        />
      ))}
    </div>
  );
}
