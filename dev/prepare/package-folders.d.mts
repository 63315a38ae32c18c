/** Folders below `root` that hold a package, such as `shared` and `sdk/browser`. */
export function packageFolders(root: string): string[];
