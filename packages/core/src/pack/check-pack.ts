import type { Manifest } from "../bundle/manifest.js";
import { MMFSError } from "../errors/mmfs-error.js";
import { checkStyleCode } from "../style/check-style-code.js";
import type { StylePack } from "./style-pack.js";

/**
 * Refuses a pack that was tuned from another bundle: its decoder reads the features of one encoder alone. Packs that went
 * through `structuredClone` are accepted.
 *
 * @throws {MMFSError} `PACK_MISMATCH`, `STYLE_INVALID`
 */
export function checkPack(pack: StylePack, bundle: Manifest): void {
  const { network } = bundle;
  const data = { bundle: bundle.name, base: pack.base.bundle };
  const differing = (["baseWidth", "styleDim", "styleLayers", "detail"] as const).find(
    (key) => pack.network[key] !== network[key],
  );
  if (differing !== undefined) {
    throw new MMFSError(
      "PACK_MISMATCH",
      `The style pack "${pack.name}" is for a network with ${differing} ${pack.network[differing]}, and the bundle "${bundle.name}" has ${network[differing]}. Use the bundle that it was tuned from: "${pack.base.bundle}".`,
      { data },
    );
  }
  const { fixedSize } = pack.network;
  if (fixedSize !== undefined && fixedSize !== network.fixedSize) {
    const others = network.fixedSize === undefined ? "any size" : `${network.fixedSize} pixels`;
    throw new MMFSError(
      "PACK_MISMATCH",
      `The style pack "${pack.name}" draws squares of ${fixedSize} pixels alone, and the bundle "${bundle.name}" those of ${others}. Use it with the bundle that it was made for, or make it anew with mmfs pack.`,
      { data },
    );
  }
  if (bundle.parts.encoder !== undefined && bundle.parts.encoder.sha256 !== pack.base.encoder) {
    throw new MMFSError(
      "PACK_MISMATCH",
      `The style pack "${pack.name}" was tuned from the bundle "${pack.base.bundle}", whose encoder is not that of the bundle "${bundle.name}". Use that bundle and version, or make the pack anew with mmfs pack.`,
      { data },
    );
  }
  checkStyleCode(pack.code, network.styleDim);
}
