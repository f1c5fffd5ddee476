import type { NextConfig } from "next";

export default {
  // Native code and the weights stand beside the package: it is loaded, not bundled.
  serverExternalPackages: ["@mmfs/node"],
  async headers() {
    // With these two headers WebAssembly has several threads; without them it has one.
    const headers = [
      { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
      { key: "Cross-Origin-Embedder-Policy", value: "require-corp" },
    ];
    return [{ source: "/:path*", headers }];
  },
} satisfies NextConfig;
