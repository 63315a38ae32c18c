/** Removes the compiled output of deleted modules from all packages below `root`. */
export function removeLeftovers(root: string): void;
