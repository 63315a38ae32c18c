/** Milliseconds of 24 hours. Days of a time zone can be longer or shorter. */
export const dayMs = 86_400_000;
