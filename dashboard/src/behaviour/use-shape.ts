/** The current definition: from the address, else from the saved view that it names, else the initial one. */
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
  /** The saved view that the address names. */
  saved?: SavedView<Name> | undefined;
  /** Undefined while the saved view is loading, or if it does not exist. */
  shape?: Shapes[Name] | undefined;
  /** The saved view does not exist; it may have been deleted. */
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
