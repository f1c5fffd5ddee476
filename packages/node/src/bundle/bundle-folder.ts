import { fileURLToPath } from "node:url";
import { MMFSError } from "@mmfs/core";

/**
 * The folder of the bundle that the user names, or of the default one in `@mmfs/model-mini`.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`
 */
export async function bundleFolder(bundle: string | URL | undefined): Promise<string> {
  if (bundle === undefined) {
    const { bundleUrl } = await import("@mmfs/model-mini");
    return fileURLToPath(bundleUrl);
  }
  const isUrl = bundle instanceof URL;
  if (isUrl && bundle.protocol === "file:") return fileURLToPath(bundle);
  if (isUrl || typeof bundle !== "string" || /^[a-z]{2,}:\/\//i.test(bundle)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `bundle is the path or file: URL of a folder with mmfs.json in it, not ${String(bundle)}. Download it first.`,
    );
  }
  return bundle;
}
