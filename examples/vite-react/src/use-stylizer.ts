import { createStylizer, type Preset, type Stylizer } from "@mmfs/web";
import { useEffect, useState } from "react";

export interface OpenStylizer {
  stylizer: Stylizer;
  presets: Preset[];
}

/** One stylizer for as long as the component is mounted, with a worker of its own; undefined until it is there. */
export function useStylizer(onError: (error: Error) => void): OpenStylizer | undefined {
  const [opened, setOpened] = useState<OpenStylizer>();
  useEffect(() => {
    const mounted = new AbortController();
    const { signal } = mounted;
    const opening = createStylizer();
    opening
      .then(async (stylizer) => setOpened({ stylizer, presets: await stylizer.presets({ signal }) }))
      .catch((error) => signal.aborted || onError(error));
    return () => {
      mounted.abort();
      setOpened(undefined);
      // Strict mode mounts twice: what was opened for the first mount is freed.
      opening.then((stylizer) => stylizer.dispose()).catch(() => {});
    };
  }, [onError]);
  return opened;
}
