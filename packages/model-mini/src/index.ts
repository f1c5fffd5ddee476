/**
 * The folder of the default bundle, with a slash at its end: `mmfs.json` and the files that it names.
 *
 * It lies beside the code of this package, as a `file:` URL in Node; a bundler that follows `import.meta.url` may serve it.
 */
export const bundleUrl: URL = new URL("../bundle/", import.meta.url);
