import type { StyleOption, StylizeResult, Stylizer } from "@mmfs/web";
import { useEffect, useState } from "react";

export interface Wish {
  photo: File | undefined;
  style: StyleOption | undefined;
  strength: number;
}

/**
 * The photo in the style, drawn anew when something changes. The last picture stays until the next one is there: for the same photo
 * that is soon, because the decoder alone runs.
 */
export function useStylized(
  stylizer: Stylizer | undefined,
  { photo, style, strength }: Wish,
  onError: (error: Error | undefined) => void,
): StylizeResult | undefined {
  const [result, setResult] = useState<StylizeResult>();
  useEffect(() => {
    if (!stylizer || !photo) return;
    const wanted = new AbortController();
    const { signal } = wanted;
    onError(undefined);
    stylizer
      .stylize(photo, { style, strength, signal })
      .then(setResult)
      .catch((error) => signal.aborted || onError(error));
    return () => wanted.abort();
  }, [stylizer, photo, style, strength, onError]);
  return result;
}
