/**
 * The element's look. Hosts colour it by `--mmfs-accent`, `--mmfs-surface`, `--mmfs-line` and `--mmfs-radius`, by `color` and `font` that it
 * inherits, and by its parts; light or dark follows `color-scheme`.
 */
export const STYLE = `
:host {
  --accent: var(--mmfs-accent, light-dark(#3b4cca, #aab4ff));
  --on-accent: light-dark(#fff, #14183a);
  --surface: var(--mmfs-surface, light-dark(#f5f5f8, #1d1e24));
  --line: var(--mmfs-line, light-dark(#85869a, #8d8fa3));
  --radius: var(--mmfs-radius, 12px);
  display: block; container-type: inline-size; max-width: 44rem; font: inherit; line-height: 1.4; color: inherit;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button, select, input { font: inherit; color: inherit; }

[part="stage"] { position: relative; width: fit-content; max-width: 100%; margin: 0 auto; overflow: hidden; border-radius: var(--radius); background: var(--surface); }
[part="canvas"], [part="video"] { display: block; max-width: 100%; max-height: 75vh; margin: 0 auto; }
[part="before"] { position: absolute; inset: 0; width: 100%; height: 100%; clip-path: inset(0 calc(100% - var(--split, 0%)) 0 0); }
[part="compare"] { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; appearance: none; background: none; cursor: ew-resize; --rim: #0006; --rule: #fff; }
[part="compare"][data-whole] { --rim: #0000; --rule: #0000; }
[part="compare"]:focus-visible { outline-offset: -3px; }
[part="compare"]::-webkit-slider-runnable-track { height: 100%; background: none; }
[part="compare"]::-moz-range-track { height: 100%; background: none; }
[part="compare"]::-webkit-slider-thumb {
  appearance: none; width: 28px; height: 100%; border: 0;
  background: radial-gradient(circle 12px, #fff 11px, #0006 12px, #0000 13px), linear-gradient(90deg, #0000 12px, var(--rim) 12px, var(--rule) 13px 15px, var(--rim) 16px, #0000 16px);
}
[part="compare"]::-moz-range-thumb {
  width: 28px; height: 100%; border: 0; border-radius: 0;
  background: radial-gradient(circle 12px, #fff 11px, #0006 12px, #0000 13px), linear-gradient(90deg, #0000 12px, var(--rim) 12px, var(--rule) 13px 15px, var(--rim) 16px, #0000 16px);
}

[part="drop"] {
  display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: center; justify-content: center; padding: clamp(1rem, 6cqi, 3rem) 1rem;
  border: 2px dashed var(--line); border-radius: var(--radius); background: var(--surface); text-align: center;
}
:host([data-photo]) [part="drop"] { padding: .75rem 1rem; margin-top: .75rem; border-width: 1px; }
[data-over] { border-color: var(--accent) !important; border-style: solid !important; }

.choose { cursor: pointer; text-decoration: underline; text-underline-offset: .2em; padding: .5rem; border-radius: 8px; }
.choose:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
.choose input { position: absolute; width: 1px; height: 1px; opacity: 0; }
button {
  min-height: 2.5rem; padding: .375rem 1rem; border: 1px solid var(--line); border-radius: 999px; background: none; cursor: pointer;
}
button:hover { border-color: var(--accent); }
button:disabled { cursor: default; opacity: .5; }
button.main { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }

[part="controls"] { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 1rem; margin-top: 1rem; }
[part="controls"] > label, .field { display: grid; gap: .25rem; align-content: start; font-size: .9375em; }
[part="styles"], [part="prompt"] {
  min-height: 2.75rem; width: 100%; padding: .375rem .75rem; border: 1px solid var(--line); border-radius: 8px; background: var(--surface);
}
[part="strength"] { width: 100%; min-height: 2.75rem; margin: 0; accent-color: var(--accent); }
[part="reference"] {
  display: flex; gap: .5rem; align-items: center; min-height: 2.75rem; padding: 0 .5rem; border: 1px dashed var(--line); border-radius: 8px;
}
[part="reference"] canvas { width: 2rem; height: 2rem; border-radius: 4px; object-fit: cover; }
[part="reference"] button { margin-left: auto; min-height: 2rem; padding: 0 .75rem; }
[part="footer"] { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; min-height: 2.5rem; margin-top: 1rem; }
[part="status"] { flex: 1; font-size: .9375em; }
[part="status"][data-error] { color: light-dark(#a3123a, #ffb0c0); }
.camera { display: flex; gap: .75rem; justify-content: center; padding: .75rem; }
@media (forced-colors: active) { [part="compare"] { forced-color-adjust: none; } }
`;
