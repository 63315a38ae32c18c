/** Countries on a map, with those that have most visitors in a list below. The map is large and comes after everything else. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { chosenGoal } from '../goals.ts';
import { isFirstViewThere, withLater } from '../later.ts';
import type { Tab } from '../panels/panel.ts';
import { scopeOf } from '../panels/panel-questions.ts';
import { useRows } from '../panels/use-rows.ts';
import { onDemand } from '../parts/on-demand.tsx';
import { RowsTable } from '../parts/panel-table.tsx';
import { useAnswer } from '../use-answer.ts';
import type { WorldMapProps } from './world-map.tsx';

const Empty = () => <div class="map" />;
const WorldMap = onDemand<WorldMapProps>(async () => (await withLater(import('./world-map.tsx'))).WorldMap, Empty);

/** True from the moment on when it comes into sight. */
function useSeen() {
  const place = useRef<HTMLDivElement>(null);
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      setIsSeen(true);
      watch.disconnect();
    });
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, []);
  return { place, isSeen };
}

/** More than there are countries. */
const allCountries = 300;

/** Visitors of each country, or with a goal those who reached it. */
function useCountries(tab: Tab) {
  const goal = chosenGoal.value;
  const filters = [['is_set', tab.dimension], ...(typeof goal === 'string' ? [] : goal.filters)];
  const question = { metrics: ['visitors'], dimensions: [tab.dimension], filters, limit: allCountries };
  return useAnswer('panels', goal === 'unknown' ? undefined : question, scopeOf(tab));
}

export function MapTab({ tab }: { tab: Tab }) {
  const { place, isSeen } = useSeen();
  const { answer, isWaiting } = useCountries(tab);
  const rows = useRows(tab);
  const figures = new Map(answer?.results.map(({ dimensions, metrics }) => [dimensions[0]!, Number(metrics[0])]));
  return (
    <div class="rows with-map" ref={place}>
      {isSeen && isFirstViewThere.value ? (
        <WorldMap tab={tab} metric={rows.metrics[0]!} figures={figures} isWaiting={isWaiting} />
      ) : (
        <Empty />
      )}
      <RowsTable tab={tab} {...rows} />
    </div>
  );
}
