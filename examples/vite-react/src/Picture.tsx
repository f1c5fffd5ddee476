import type { StylizeResult } from "@mmfs/web";
import { useEffect, useRef } from "react";

export function Picture({ result }: { result: StylizeResult }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = result;
  useEffect(() => {
    canvas.current?.getContext("2d")?.putImageData(result.toImageData(), 0, 0);
  }, [result]);
  return <canvas ref={canvas} width={width} height={height} role="img" aria-label="The photo in the chosen style" />;
}
