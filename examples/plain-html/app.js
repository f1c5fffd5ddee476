import { createStylizer } from "@mmfs/web";

const form = document.querySelector("form");
const output = document.querySelector("output");
const canvas = document.querySelector("canvas");

const stylizer = await createStylizer({
  runtimeUrl: "/node_modules/onnxruntime-web/dist/",
  onProgress: ({ file, loaded, total }) => {
    if (total) output.value = `${file}: ${Math.round((100 * loaded) / total)} %`;
  },
});

const presets = await stylizer.presets();
document.querySelector("datalist").append(...presets.map(({ name }) => new Option(name)));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [photo] = form.photo.files;
  if (!photo) {
    output.value = "Choose a photo first.";
    return;
  }
  try {
    const picture = await stylizer.stylize(photo, { style: form.style.value });
    Object.assign(canvas, { width: picture.width, height: picture.height, hidden: false });
    canvas.getContext("2d").putImageData(picture.toImageData(), 0, 0);
    output.value = `${picture.faces.length} of ${picture.facesFound} faces, ${Math.round(picture.timings.total)} ms on ${picture.device}`;
  } catch (error) {
    output.value = error.message;
  }
});
