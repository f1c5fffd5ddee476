import "./icon.css";

const PATHS = {
  photo: "M4 6h16v12H4zM4 15l4.5-4 4 3.5 3-2.5 4.5 4M15.5 9.5h.01",
  camera: "M4 8h3l1.5-2h7L17 8h3v11H4zM12 16.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5z",
  dice: "M5 5h14v14H5zM9 9h.01M15 15h.01M12 12h.01M15 9h.01M9 15h.01",
  save: "M12 4v11m-4.5-4 4.5 4.5 4.5-4.5M5 20h14",
  share: "M12 15V4M7.5 8.5 12 4l4.5 4.5M6 12v8h12v-8",
  star: "M12 4.5l2.2 4.9 5.3.6-4 3.6 1.1 5.3L12 16.2l-4.6 2.7 1.1-5.3-4-3.6 5.3-.6z",
  close: "M6 6l12 12M18 6L6 18",
  arrow: "M5 12h13m-5-5 5 5-5 5",
  lock: "M6.5 11h11v8.5h-11zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  stop: "M7 7h10v10H7z",
} as const;

/** A drawing beside words; it says nothing by itself. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
