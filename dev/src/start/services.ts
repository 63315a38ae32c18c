/** One process that `npm start` runs. */
export interface Service {
  /** Its name in the log and in docker-compose.yml, and the folder of the package unless `folder` is given. */
  name: string;
  folder?: string;
  /** The script in `dist`, and the module with its configuration schema. Default: main and config. */
  script?: string;
  config?: string;
  portVariable: string;
  defaultPort: number;
  /** Heap limit in MB. The more memory V8 may use, the less often it collects garbage. */
  heapMb?: number;
  /** Limit of a semi-space in MB; the young generation has three. By default V8 grows them during the start and keeps much of that. */
  youngHeapMb?: number;
  /** Default environment variables. */
  environment?: Record<string, string>;
}

type Heap = Pick<Service, 'heapMb' | 'youngHeapMb'>;

/** Node options for the service. `NODE_OPTIONS` takes precedence. */
export function nodeOptions({ heapMb, youngHeapMb }: Heap, env: NodeJS.ProcessEnv): string[] {
  const isSet = (name: string) => (env.NODE_OPTIONS ?? '').replaceAll('_', '-').includes(name);
  const option = (name: string, mb?: number) => (mb === undefined || isSet(name) ? [] : [`${name}=${mb}`]);
  return [...option('--max-old-space-size', heapMb), ...option('--max-semi-space-size', youngHeapMb)];
}

/**
 * For threads that count in large arrays. With a fixed threshold, glibc returns freed arrays to the system; otherwise it raises the
 * threshold whenever a large array is freed (`M_MMAP_THRESHOLD` in mallopt(3)) and keeps the memory for each thread.
 */
const memoryEnvironment = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' };

/** All services, in the order in which an event passes through them. */
export const services: readonly Service[] = [
  { name: 'ingestion', portVariable: 'INGESTION_PORT', defaultPort: 3000 },
  { name: 'processor', portVariable: 'PROCESSOR_PORT', defaultPort: 4120 },
  { name: 'scheduler', portVariable: 'SCHEDULER_PORT', defaultPort: 4110 },
  {
    name: 'reporting',
    portVariable: 'REPORTING_PORT',
    defaultPort: 4000,
    youngHeapMb: 4,
    environment: memoryEnvironment,
  },
  {
    name: 'reporting-worker',
    folder: 'reporting',
    script: 'worker',
    config: 'worker-config',
    portVariable: 'REPORTING_WORKER_PORT',
    defaultPort: 4001,
    heapMb: 512,
    youngHeapMb: 4,
    environment: memoryEnvironment,
  },
];
