/** Pages and types of events of the range, which inputs suggest. */
import type { Question } from '../query-client.ts';
import { scope } from '../scope.ts';
import { useAnswer } from '../use-query.ts';
import { viewsOnly } from './condition.ts';

const suggestedAtMost = 50;

const questions: Record<string, Question> = {
  'known-pages': {
    ...{ metrics: ['visitors'], dimensions: ['path'], filters: [viewsOnly] },
    ...{ order_by: [['visitors', 'desc']], limit: suggestedAtMost },
  },
  'known-events': {
    ...{ metrics: ['visitors'], dimensions: ['event_type'] },
    ...{ order_by: [['visitors', 'desc']], limit: suggestedAtMost },
  },
};

/** Ids of the lists, for attribute `list` of an input. */
export const knownPages = 'known-pages';
export const knownEvents = 'known-events';

function KnownValues({ id }: { id: string }) {
  const { answer } = useAnswer('suggestions', questions[id], scope.value, { isStill: true });
  const values = (answer?.results ?? []).flatMap(({ dimensions: [value] }) => (value ? [value] : []));
  return (
    <datalist id={id}>
      {values.map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  );
}

/** Stands once on a page that has inputs for conditions. */
export const Suggestions = () => (
  <>
    <KnownValues id={knownPages} />
    <KnownValues id={knownEvents} />
  </>
);
