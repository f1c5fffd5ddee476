/** Uses the first picture of a file input. */
export function takeChosen(input: HTMLInputElement, use: (file: File) => void): void {
  input.addEventListener("change", () => takePicture(input.files, use));
}

/** Uses the first picture that is dropped on a place. */
export function takeDropped(place: HTMLElement, use: (file: File) => void): void {
  const over = (isOver: boolean) => place.toggleAttribute("data-over", isOver);
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  place.addEventListener("dragleave", () => over(false));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    takePicture(event.dataTransfer?.files, use);
  });
}

/** Uses the first picture that is pasted into an element. */
export function takePasted(element: HTMLElement, use: (file: File) => void): void {
  element.addEventListener("paste", (event) => takePicture(event.clipboardData?.files, use));
}

function takePicture(files: FileList | null | undefined, use: (file: File) => void): void {
  const file = [...(files ?? [])].find(({ type }) => type.startsWith("image/"));
  if (file) use(file);
}
