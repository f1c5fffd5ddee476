"use client";

import type { StylizeResult } from "@mmfs/web";
import { defineStylizerElement, type StylizerElement } from "@mmfs/web/element";
import { type DetailedHTMLProps, type HTMLAttributes, useEffect, useRef, useState } from "react";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "mmfs-stylizer": DetailedHTMLProps<HTMLAttributes<StylizerElement>, StylizerElement> & Partial<Settings>;
    }
  }
}

type Settings = Pick<StylizerElement, "preset" | "prompt" | "strength" | "surroundings">;

/** `<mmfs-stylizer>`, which is an empty element on the server and comes to life in the browser; and each face that it drew. */
export function Stylizer(settings: Partial<Settings>) {
  const element = useRef<StylizerElement>(null);
  const [faces, setFaces] = useState<string[]>([]);

  useEffect(() => {
    defineStylizerElement();
    const { current } = element;
    const listening = new AbortController();
    const { signal } = listening;
    const show = async ({ faces }: StylizeResult) => {
      const files = await Promise.all(faces.map((face) => face.toBlob("webp")));
      if (!signal.aborted) setFaces(files.map((file) => URL.createObjectURL(file)));
    };
    current?.addEventListener("mmfs-result", ({ detail }) => void show(detail), { signal });
    return () => listening.abort();
  }, []);
  useEffect(() => () => faces.forEach((face) => void URL.revokeObjectURL(face)), [faces]);

  return (
    <>
      <mmfs-stylizer ref={element} {...settings} />
      <ul className="faces" aria-label="Faces alone">
        {faces.map((face, index) => (
          <li key={face}>
            {/* biome-ignore lint/performance/noImgElement: the picture is of this page's own making */}
            <img src={face} alt={`Face ${index + 1}`} width={96} height={96} />
          </li>
        ))}
      </ul>
    </>
  );
}
