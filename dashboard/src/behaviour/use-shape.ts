/** The funnel, retention or journeys of the page: as the address has it, else the saved one it names, else a first one. */
import { savedViewsPath } from '../saved-segments.ts';
import { siteId } from '../scope.ts';
import { type Resource, useResource } from '../use-resource.ts';
import { changeView, view } from '../view.ts';
import { firstShapes, readShape, type ShapeKind, type Shapes } from './shape.ts';

export interface SavedView<Name extends ShapeKind> {
  id: string;
  name: string;
  definition: Shapes[Name];
}

export interface ShapeState<Name extends ShapeKind> {
  kind: Name;
  views: Resource<{ saved_views: SavedView<Name>[] }>;
  /** The saved one that the address names. */
  saved?: SavedView<Name> | undefined;
  /** Undefined while the saved one is not known yet, or if there is none of its id. */
  shape?: Shapes[Name] | undefined;
  /** The saved one is not there, maybe since somebody has deleted it. */
  isGone: boolean;
  change(next: Shapes[Name]): void;
}

export function useShape<Name extends ShapeKind>(kind: Name): ShapeState<Name> {
  const site = siteId.value;
  const views = useResource<{ saved_views: SavedView<Name>[] }>(site && `${savedViewsPath(site)}?kind=${kind}`);
  const { shape: text, saved: id } = view.value;
  const saved = views.value?.saved_views.find((each) => each.id === id);
  const written = readShape(kind, text);
  return {
    ...{ kind, views, saved },
    shape: written ?? (id === undefined ? firstShapes[kind]() : saved?.definition),
    isGone: id !== undefined && !written && !saved && views.value !== undefined,
    change: (next) => changeView({ shape: JSON.stringify(next) }),
  };
}
