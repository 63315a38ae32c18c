/** Data of a site that several parts of the page share: loaded once per site, and retried by a refresh after a failure. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isOffline } from './api.ts';
import { refreshCount } from './use-request.ts';

export function perSite<T>(fetchFor: (siteId: string) => Promise<T>) {
  /** Undefined until loaded. */
  const value = signal<T | undefined>(undefined);
  /** Why loading failed. */
  const problem = signal<unknown>(undefined);
  let site: string | undefined;
  let isRequested = false;

  function begin(siteId: string): void {
    if (siteId !== site) value.value = problem.value = undefined;
    site = siteId;
    isRequested = true;
  }

  function set(siteId: string, loaded: T): void {
    begin(siteId);
    value.value = loaded;
    problem.value = undefined;
  }

  async function load(siteId: string): Promise<void> {
    if (siteId === site && isRequested) return;
    begin(siteId);
    try {
      const loaded = await fetchFor(siteId);
      if (siteId === site) set(siteId, loaded);
    } catch (error) {
      if (siteId !== site) return;
      isRequested = false;
      if (!isOffline(error)) problem.value = error;
    }
  }

  /** Loads nothing while `siteId` is undefined. */
  function useLoading(siteId: string | undefined): void {
    const refresh = refreshCount.value;
    // biome-ignore lint/correctness/useExhaustiveDependencies: a refresh retries what failed.
    useEffect(() => {
      if (siteId !== undefined) void load(siteId);
    }, [siteId, refresh]);
  }

  return { value, problem, set, load, useLoading };
}
