/** What the page of `serveApp` has. */
declare interface Window {
  mmfs: typeof import("@mmfs/web");
}
