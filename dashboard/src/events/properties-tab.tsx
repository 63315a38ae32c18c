/** Values of an event property: first an event is chosen, then one of its properties. */
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n/text.ts';
import type { Tab } from '../panels/panel.ts';
import { chosenProperty } from '../panels/shown-tab.ts';
import { PanelTable } from '../parts/panel-table.tsx';
import { changeView, view } from '../view.ts';
import { propertyNames } from './property-names.ts';

function choose(change: { event?: string | undefined; property?: string | undefined }): void {
  const { event: _event, property: _property, ...others } = view.value.tabs;
  const chosen = Object.entries(change).filter((entry): entry is [string, string] => entry[1] !== undefined);
  changeView({ tabs: { ...others, ...Object.fromEntries(chosen) } });
}

function Crumb({ text, label, onClick }: { text: string; label: string; onClick: () => void }) {
  return (
    <span class="crumb">
      {text}
      <button type="button" aria-label={label} onClick={onClick}>
        ×
      </button>
    </span>
  );
}

function OtherProperty({ event }: { event: string }) {
  const submit = (submitted: SubmitEvent) => {
    submitted.preventDefault();
    const property = String(new FormData(submitted.target as HTMLFormElement).get('property')).trim();
    if (property !== '') choose({ event, property });
  };
  return (
    <form onSubmit={submit}>
      <input name="property" aria-label={t('properties.other')} placeholder={t('properties.other')} maxLength={128} />
      <button type="submit" class="more">
        {t('properties.show')}
      </button>
    </form>
  );
}

/** Property names found on the first events of the range, and a field for any other. */
function PropertyChooser({ event }: { event: string }) {
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    // Without suggestions the field still takes any name.
    propertyNames(event, controller.signal).then(setNames, () => undefined);
    return () => controller.abort();
  }, [event]);
  return (
    <>
      <ul class="choices">
        {names.map((property) => (
          <li key={property}>
            <button type="button" class="more" onClick={() => choose({ event, property })}>
              {property}
            </button>
          </li>
        ))}
      </ul>
      <OtherProperty event={event} />
    </>
  );
}

function Body({ tab }: { tab: Tab }) {
  const { event, property } = chosenProperty();
  if (event === undefined) return <PanelTable tab={tab} choose={(name) => choose({ event: name })} />;
  if (property !== undefined) return <PanelTable key={property} tab={tab} />;
  return (
    <div class="rows">
      <PropertyChooser event={event} />
    </div>
  );
}

export function PropertiesTab({ tab }: { tab: Tab }) {
  const { event, property } = chosenProperty();
  return (
    <>
      <p>
        {event === undefined ? t('properties.event') : null}
        {event !== undefined && <Crumb text={event} label={t('properties.other_event')} onClick={() => choose({})} />}
        {event !== undefined && property !== undefined && (
          <Crumb text={property} label={t('properties.other_property')} onClick={() => choose({ event })} />
        )}
      </p>
      <Body tab={tab} />
    </>
  );
}
