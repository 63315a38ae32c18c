/** Version of all packages; `npm run check` compares it with package.json, CHANGELOG.md and the OpenAPI document. */
export const version = '0.6.0';
