"use client";

import type { MMFSError, StylizeResult } from "@mmfs/web";
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

/** `<mmfs-stylizer>`, which is drawn on the server as an empty element and comes to life in the browser. */
export function Stylizer(settings: Partial<Settings>) {
  const element = useRef<StylizerElement>(null);
  const [message, setMessage] = useState("The photo stays on this computer.");

  useEffect(() => {
    defineStylizerElement();
    const { current } = element;
    const listening = new AbortController();
    const { signal } = listening;
    current?.addEventListener("mmfs-result", (event) => setMessage(describe(event.detail)), {
      signal,
    });
    current?.addEventListener("mmfs-error", (event) => setMessage(explain(event.detail)), { signal });
    return () => listening.abort();
  }, []);

  return (
    <>
      <mmfs-stylizer ref={element} {...settings} />
      <p role="status">{message}</p>
    </>
  );
}

function describe({ faces, facesFound, timings, device }: StylizeResult): string {
  return `${faces.length} of ${facesFound} faces, ${Math.round(timings.total)} ms on ${device}`;
}

function explain({ code, message }: MMFSError): string {
  return code === "NO_FACE" ? "No face was found: try another photo." : message;
}
