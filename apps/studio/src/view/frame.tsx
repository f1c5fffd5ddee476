import "./frame.css";

/** A sitter without a face, in the colours of a style. */
export interface FrameProps {
  name: string;
  ground: string;
  head: string;
  shade: string;
  hair: string;
  cloth: string;
  strokes: "hatch" | "wash" | "dots" | "flat" | "dabs";
  hasShortHair?: boolean;
}

export const FRAMES: readonly FrameProps[] = [
  {
    name: "oil painting",
    ground: "#5a4a35",
    head: "#d9a37c",
    shade: "#a8684a",
    hair: "#2c1e18",
    cloth: "#7a1f22",
    strokes: "dabs",
  },
  {
    name: "charcoal",
    ground: "#d9d7d2",
    head: "#efeeea",
    shade: "#8b8985",
    hair: "#3a3938",
    cloth: "#6a6866",
    hasShortHair: true,
    strokes: "hatch",
  },
  {
    name: "watercolor",
    ground: "#e8eef0",
    head: "#ecd9bd",
    shade: "#9fb8c8",
    hair: "#5d86a3",
    cloth: "#a9c7d6",
    strokes: "wash",
  },
  {
    name: "pop art",
    ground: "#ffd93b",
    head: "#fff3ea",
    shade: "#f2617a",
    hair: "#1d49c6",
    cloth: "#e8324a",
    hasShortHair: true,
    strokes: "dots",
  },
  {
    name: "coral poster",
    ground: "#f5e3cf",
    head: "#f2b79e",
    shade: "#e07a5f",
    hair: "#7d2e2a",
    cloth: "#e8553f",
    strokes: "flat",
  },
  {
    name: "impressionist water lilies",
    ground: "#7fa8a0",
    head: "#cdb9b4",
    shade: "#7d7fae",
    hair: "#37546a",
    cloth: "#5d8f6f",
    hasShortHair: true,
    strokes: "dabs",
  },
  {
    name: "ink etching",
    ground: "#f4f2ec",
    head: "#faf9f5",
    shade: "#2c2b2a",
    hair: "#111",
    cloth: "#2c2b2a",
    strokes: "hatch",
  },
  {
    name: "amber and indigo painting",
    ground: "#1f2350",
    head: "#f0a43c",
    shade: "#9c4a1f",
    hair: "#12142f",
    cloth: "#3a3f8f",
    hasShortHair: true,
    strokes: "dabs",
  },
];

const LONG_HAIR = "M25 68c-6-34 12-53 36-53s41 19 34 54c-2 22 0 30 6 42H21c6-14 6-24 4-43z";
const LONG_FRINGE = "M33 58c-1-26 8-38 28-38s27 14 26 37c-8-5-14-11-17-19-8 10-20 15-37 20z";
const SHORT_HAIR = "M30 66c-6-30 4-50 31-50s36 20 29 50c-2 5-5 8-6 8H36c-2 0-4-3-6-8z";
const SHORT_FRINGE = "M34 56c-3-24 6-38 27-38s28 14 25 38c-3-8-5-13-9-16-12 4-26 4-35 0-4 4-6 9-8 16z";

export function Frame({ name, ground, head, shade, hair, cloth, strokes, hasShortHair = false }: FrameProps) {
  const id = name.replaceAll(" ", "-");
  return (
    <figure class="frame">
      <svg viewBox="0 0 120 150" aria-hidden="true">
        <defs>
          <pattern
            id={`${id}-strokes`}
            width={strokes === "dots" ? 7 : 5}
            height={strokes === "dots" ? 7 : 5}
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(38)"
          >
            {strokes === "dots" ? (
              <circle cx="3.5" cy="3.5" r="2" fill={shade} />
            ) : (
              <path d="M0 2.5h5" stroke={shade} stroke-width="1.1" />
            )}
          </pattern>
          <filter id={`${id}-brush`} x="-10%" y="-10%" width="120%" height="120%">
            <feTurbulence
              type="fractalNoise"
              baseFrequency={strokes === "wash" ? 0.03 : 0.09}
              numOctaves="2"
              seed={name.length}
            />
            <feDisplacementMap in="SourceGraphic" scale={{ hatch: 3, wash: 16, dots: 0, flat: 0, dabs: 11 }[strokes]} />
          </filter>
        </defs>
        <rect width="120" height="150" fill={ground} />
        <g filter={`url(#${id}-brush)`}>
          <path d="M-6 156c2-36 24-46 44-50h44c22 4 42 14 44 50z" fill={cloth} />
          <path d={hasShortHair ? SHORT_HAIR : LONG_HAIR} fill={hair} />
          <path d="M49 92h22v18c-6 9-16 9-22 0z" fill={shade} />
          <path d="M35 62c0-24 8-36 25-36s25 12 25 36-10 43-25 43-25-19-25-43z" fill={head} />
          <path
            d="M60 26c17 0 25 12 25 36s-10 43-25 43c9-10 13-24 12-41-1-18-5-30-12-38z"
            fill={strokes === "hatch" || strokes === "dots" ? `url(#${id}-strokes)` : shade}
            opacity={strokes === "flat" ? 1 : 0.75}
          />
          <path d={hasShortHair ? SHORT_FRINGE : LONG_FRINGE} fill={hair} />
        </g>
      </svg>
      <figcaption>{name}</figcaption>
    </figure>
  );
}
