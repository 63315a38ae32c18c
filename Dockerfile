# One image for migration and all services: they differ only in the command, so replicas of all of them share every layer.

FROM node:20-slim AS base
WORKDIR /app
# The version of package.json's "packageManager".
RUN npm install --global pnpm@10.34.8
# Manifests alone first: as long as they and the lockfile stay, the layers with the packages below come from the cache.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml .npmrc ./
COPY ingestion/package.json ingestion/
COPY processor/package.json processor/
COPY scheduler/package.json scheduler/
COPY reporting/package.json reporting/
COPY shared/package.json shared/
COPY dashboard/package.json dashboard/
COPY sdk/browser/package.json sdk/browser/

# Compiles; the compiler and the types stay behind in this stage.
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

# Only what runs: packages without their development tools. The one install script here fetches the native half of roaring;
# where that fails, the installation succeeds all the same, and the services use roaring-wasm.
FROM base AS packages
RUN pnpm install --frozen-lockfile --prod --filter '{ingestion}' --filter '{processor}' \
    --filter '{scheduler}' --filter '{reporting}' --filter '{shared}'

FROM node:20-slim AS runtime
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0
# glibc gives large arrays back to the system when they are freed; by itself it keeps more and more of them.
ENV MALLOC_MMAP_THRESHOLD_=131072
# Everything belongs to root and nothing is written below /app: the service can neither change its own code nor needs
# a writable root file system.
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
# Where a volume for files of exports is mounted, which only the services read.
RUN mkdir -m 0700 /exports && chown node:node /exports
USER node
CMD ["node", "--enable-source-maps", "ingestion/dist/main.js"]
