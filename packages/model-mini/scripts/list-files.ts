/**
 * A module that names every file of the bundle by a URL of its own, and its types. A bundler for the web serves exactly the files
 * that it finds named so.
 */
export function listFiles(paths: readonly string[]): [path: string, content: string][] {
  const entries = paths.map(
    (path) => `  ${JSON.stringify(path)}: new URL(${JSON.stringify(`./${path}`)}, import.meta.url),\n`,
  );
  return [
    ["files.js", `export const bundleFiles = {\n${entries.join("")}};\n`],
    [
      "files.d.ts",
      "/** The address of every file of the default bundle, by its path in the bundle. */\nexport declare const bundleFiles: Record<string, URL>;\n",
    ],
  ];
}
