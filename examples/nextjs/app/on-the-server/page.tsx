import { presets } from "../api/stylize/stylizer";
import { UploadForm } from "./upload-form";

// The names are read when the page is asked for, not when the site is built.
export const dynamic = "force-dynamic";

export default async function Page() {
  return (
    <>
      <h1>A face, drawn on the server</h1>
      <UploadForm styles={(await presets()).map(({ name }) => name)} />
    </>
  );
}
