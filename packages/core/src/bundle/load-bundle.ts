import * as v from "valibot";
import { describeIssues } from "../errors/describe-issues.js";
import { MMFSError } from "../errors/mmfs-error.js";
import { Bundle } from "./bundle.js";
import type { BundleSource, ReadOptions } from "./bundle-source.js";
import { BUNDLE_FORMAT, MANIFEST_NAME, type Manifest, ManifestSchema } from "./manifest.js";

/**
 * Reads the manifest of a bundle. Its parts are read when they are first needed.
 *
 * @throws {MMFSError} `BUNDLE_INVALID` if the manifest is damaged or was written by a newer version, and what `source` throws.
 */
export async function loadBundle(source: BundleSource, options: ReadOptions = {}): Promise<Bundle> {
  options.signal?.throwIfAborted();
  const bytes = await source.read(MANIFEST_NAME, options);
  options.signal?.throwIfAborted();
  return new Bundle(source, parseManifest(bytes, source.location));
}

/**
 * Reads `mmfs.json`.
 *
 * @param location where the bundle is, for messages.
 * @throws {MMFSError} `BUNDLE_INVALID`
 */
export function parseManifest(bytes: Uint8Array, location: string): Manifest {
  const where = `${MANIFEST_NAME} of the bundle at ${location}`;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new MMFSError("BUNDLE_INVALID", `The ${where} is not JSON. Check that the address leads to a bundle.`, {
      cause,
    });
  }
  const format = typeof json === "object" && json !== null ? (json as { format?: unknown }).format : undefined;
  if (typeof format === "number" && format > BUNDLE_FORMAT) {
    throw new MMFSError(
      "BUNDLE_INVALID",
      `The ${where} has format ${format}, made by a newer version of MMFS; this one reads formats 1 to ${BUNDLE_FORMAT}. Update the @mmfs packages.`,
    );
  }
  const parsed = v.safeParse(ManifestSchema, json);
  if (parsed.success) return parsed.output;
  throw new MMFSError("BUNDLE_INVALID", `The ${where} is not valid: ${describeIssues(parsed.issues)}.`);
}
