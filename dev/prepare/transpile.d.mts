export const runningPackages: string[];
export function transpile(root: string): Promise<void>;
