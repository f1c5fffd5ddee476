import { useEffect, useRef } from "preact/hooks";
import { type Choice, choices, choose, chosen, groups, picksSecond, second } from "../choices.js";
import { thumbnails, watchTile } from "../gallery.js";
import "./gallery.css";

/** Every style on the visitor's own photo. */
export function Gallery() {
  const wall = useRef<HTMLElement>(null);
  const newest = choices.value[0]?.id;
  // What was just hung is in front of the others.
  useEffect(() => {
    if (newest) wall.current?.scrollTo({ top: 0, left: 0, behavior: "smooth" });
  }, [newest]);
  return (
    <section ref={wall} class={`gallery ${picksSecond.value ? "picks" : ""}`} aria-label="Gallery">
      {groups.value.map(({ tag, items }) => (
        <div key={tag} class="group">
          {tag !== undefined && groups.value.length > 1 && <h2>{tag}</h2>}
          <ul>
            {items.map((choice) => (
              <Tile key={choice.id} choice={choice} />
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Tile({ choice }: { choice: Choice }) {
  const tile = useRef<HTMLLIElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { id, name, note, kind } = choice;
  const thumbnail = thumbnails.value.get(id);

  useEffect(() => {
    if (tile.current === null) return;
    const observer = new IntersectionObserver(([entry]) => watchTile(id, entry?.isIntersecting === true));
    observer.observe(tile.current);
    return () => {
      observer.disconnect();
      watchTile(id, false);
    };
  }, [id]);
  useEffect(() => {
    if (thumbnail === undefined) return;
    const { width, height } = thumbnail;
    const side = Math.min(width, height);
    const context = canvas.current?.getContext("2d");
    context?.drawImage(thumbnail, (width - side) / 2, (height - side) / 2, side, side, 0, 0, 192, 192);
  }, [thumbnail]);

  const place = chosen.value?.id === id ? "first" : second.value?.id === id ? "second" : "";
  return (
    <li ref={tile} class={place}>
      <button type="button" aria-pressed={place !== ""} title={note} onClick={() => choose(id)}>
        <span class={`mat ${thumbnail ? "is-painted" : ""}`}>
          <canvas ref={canvas} width="192" height="192" />
          {kind !== "preset" && <span class="kind">{KINDS[kind]}</span>}
        </span>
        <span class="title">{name}</span>
      </button>
    </li>
  );
}

const KINDS = { words: "words", picture: "painting", seed: "chance", saved: "saved" };
