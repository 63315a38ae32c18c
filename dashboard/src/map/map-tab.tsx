/** Countries on a map, with the largest in a list below. The map is large, so it loads last. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isFirstViewLoaded, withDeferred } from '../deferred.ts';
import type { Tab } from '../panels/panel.ts';
import { rowsShown } from '../panels/panel-queries.ts';
import { useRows } from '../panels/use-rows.ts';
import { lazy } from '../parts/lazy.tsx';
import { RowsTable } from '../parts/panel-table.tsx';
import type { WorldMapProps } from './world-map.tsx';

const Empty = () => <div class="map" />;
const WorldMap = lazy<WorldMapProps>(async () => (await withDeferred(import('./world-map.tsx'))).WorldMap, Empty);

/** True from the moment the element first scrolls into view. */
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

export function MapTab({ tab }: { tab: Tab }) {
  const { place, isSeen } = useSeen();
  const rows = useRows(tab);
  const figures = new Map(
    rows.rows?.flatMap(({ value, figures }) => (value === null ? [] : [[value, Number(figures[0])] as const])),
  );
  return (
    <div class="rows with-map" ref={place}>
      {isSeen && isFirstViewLoaded.value ? (
        <WorldMap tab={tab} metric={rows.metrics[0]!} figures={figures} isLoading={rows.isLoading} />
      ) : (
        <Empty />
      )}
      <RowsTable tab={tab} {...rows} rows={rows.rows?.slice(0, rowsShown)} />
    </div>
  );
}
