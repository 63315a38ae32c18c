import { useEffect, useRef } from 'preact/hooks';
import { t, textOr } from '../i18n/text.ts';
import type { Panel, Tab } from '../panels/panel.ts';
import { dimensionName } from '../parts/value-name.ts';
import { changeView, view } from '../view.ts';
import { searchFor } from './details-query.ts';
import { DetailsTable } from './details-table.tsx';
import { ExportLinks } from './export-links.tsx';

const pauseWhileTypingMs = 250;

function SearchField({ tab }: { tab: Tab }) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = ({ currentTarget: { value } }: { currentTarget: HTMLInputElement }) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => searchFor(value), pauseWhileTypingMs);
  };
  const name = t('details.search', { dimension: dimensionName(tab.dimension) });
  const { search = '' } = view.value.tabs;
  return <input type="search" aria-label={name} placeholder={name} defaultValue={search} onInput={type} />;
}

function close(): void {
  const { sort, search, ...tabs } = view.value.tabs;
  if (view.value.details) changeView({ details: undefined, tabs });
}

/** The address opens it; closing it changes the address. */
export function DetailsDialog({ panel, tab }: { panel: Panel; tab: Tab }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current!;
    shown.showModal();
    // Closing it restores the focus.
    return () => shown.close();
  }, []);
  const title = `${textOr(`panel.${panel.name}`, panel.name)}: ${dimensionName(tab.dimension)}`;
  return (
    <dialog
      ref={dialog}
      class="details"
      aria-label={title}
      onClose={close}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      <div class="details-head">
        <h2>{title}</h2>
        <button type="button" class="close" aria-label={t('details.close')} onClick={close}>
          ×
        </button>
        <SearchField tab={tab} />
        <ExportLinks tab={tab} />
      </div>
      <DetailsTable key={tab.dimension} tab={tab} />
    </dialog>
  );
}
