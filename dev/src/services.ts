/** Turns the names of the services into where they are and on which port they listen. */

/** One service that `npm start` runs. */
export interface Service {
  /** Folder of the package and name in the log. */
  name: string;
  portVariable: string;
  defaultPort: number;
}

/** All services, in the order in which an event passes them. */
export const services: readonly Service[] = [
  { name: 'ingestion', portVariable: 'INGESTION_PORT', defaultPort: 3000 },
  { name: 'processor', portVariable: 'PROCESSOR_PORT', defaultPort: 4120 },
  { name: 'scheduler', portVariable: 'SCHEDULER_PORT', defaultPort: 4110 },
  { name: 'reporting', portVariable: 'REPORTING_PORT', defaultPort: 4000 },
];
