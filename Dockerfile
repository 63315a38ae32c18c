# One image for the migration and all services, which differ only in their command.

FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app
# The version of package.json's "packageManager".
RUN npm install --global pnpm@10.34.8
# Manifests first: as long as they and the lockfile do not change, the packages below come from the cache.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml .npmrc ./
COPY ingestion/package.json ingestion/
COPY processor/package.json processor/
COPY scheduler/package.json scheduler/
COPY reporting/package.json reporting/
COPY shared/package.json shared/
COPY dashboard/package.json dashboard/
COPY sdk/browser/package.json sdk/browser/

# Compiles. The compiler and the types stay in this stage.
FROM base AS build
RUN pnpm install --frozen-lockfile --prod=false --filter millrace --filter '{ingestion}' --filter '{processor}' \
    --filter '{scheduler}' --filter '{reporting}' --filter '{shared}' --filter '{dashboard}' --filter '{sdk/browser}'
COPY tsconfig.base.json ./
COPY shared shared
COPY ingestion ingestion
COPY processor processor
COPY scheduler scheduler
COPY reporting reporting
COPY dashboard dashboard
COPY sdk/browser sdk/browser
RUN node_modules/.bin/tsc -b shared ingestion processor scheduler reporting dashboard sdk/browser \
    && node sdk/browser/bundle.mjs && node dashboard/build.mjs

# Packages without development tools. The only install script fetches the native part of roaring; if that fails, the services
# use roaring-wasm.
FROM base AS packages
RUN pnpm install --frozen-lockfile --prod --filter '{ingestion}' --filter '{processor}' \
    --filter '{scheduler}' --filter '{reporting}' --filter '{shared}'

FROM node:24.21.0-bookworm-slim AS runtime
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0
# Makes glibc return large arrays to the system when they are freed, instead of keeping more and more of them.
ENV MALLOC_MMAP_THRESHOLD_=131072
# Everything below /app belongs to root, so that a service cannot change its own code and the root file system can be read-only.
COPY --from=packages /app ./
COPY --from=build /app/shared/dist shared/dist
COPY --from=build /app/shared/migrations shared/migrations
COPY --from=build /app/ingestion/dist ingestion/dist
COPY --from=build /app/processor/dist processor/dist
COPY --from=build /app/scheduler/dist scheduler/dist
COPY --from=build /app/reporting/dist reporting/dist
COPY --from=build /app/dashboard/dist/page dashboard/dist/page
COPY --from=build /app/sdk/browser/dist sdk/browser/dist
COPY --from=build /app/reporting/fonts reporting/fonts
# The mount point of the volume for export files.
RUN mkdir -m 0700 /exports && chown node:node /exports
USER node
CMD ["node", "--enable-source-maps", "ingestion/dist/main.js"]
