import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The services with an HTTP API for users. */
const documentedServices = ['ingestion', 'scheduler', 'reporting'];

interface OpenApiDocument {
  info: { version: string };
}

/** The OpenAPI documents of the built services by service; undefined if a service has none. */
export function loadOpenApiDocuments(root: string): Promise<[service: string, OpenApiDocument | undefined][]> {
  return Promise.all(
    documentedServices.map(
      async (service): Promise<[string, OpenApiDocument | undefined]> => [service, await loadDocument(root, service)],
    ),
  );
}

async function loadDocument(root: string, service: string): Promise<OpenApiDocument | undefined> {
  const file = join(root, service, 'dist', 'openapi', 'describe-api.js');
  if (!existsSync(file)) return undefined;
  const { describeApi } = (await import(pathToFileURL(file).href)) as { describeApi: () => OpenApiDocument };
  return describeApi();
}
