/** Removes what was made of modules that are gone, from the outputs of every package below `root`. */
export function removeLeftovers(root: string): void;
