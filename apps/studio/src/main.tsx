import "@fontsource-variable/instrument-sans/wght.css";
import "@fontsource/instrument-serif/400.css";
import "@fontsource/instrument-serif/400-italic.css";
import "./tokens.css";
import "./base.css";
import "./buttons.css";
import { render } from "preact";
import { keepGallery } from "./gallery.js";
import { keepPainting } from "./painting.js";
import { hangSaved } from "./saved-styles.js";
import { Studio } from "./view/studio.js";

keepPainting();
keepGallery();
// A browser that keeps nothing has nothing to show.
hangSaved().catch(() => {});
render(<Studio />, document.getElementById("studio") ?? document.body);
