import { type FormEvent, useCallback, useState } from "react";
import { Picture } from "./Picture";
import { useStylized } from "./use-stylized";
import { useStylizer } from "./use-stylizer";

export function App() {
  const [error, setError] = useState<Error>();
  const [photo, setPhoto] = useState<File>();
  const [style, setStyle] = useState("pencil");
  const [strength, setStrength] = useState(1);

  const opened = useStylizer(setError);
  const result = useStylized(opened?.stylizer, { photo, style, strength }, setError);

  const choosePrompt = useCallback((event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const prompt = String(new FormData(event.currentTarget).get("prompt")).trim();
    if (prompt) setStyle(prompt);
  }, []);

  return (
    <main>
      <h1>A face, drawn</h1>
      <label className="photo">
        Photo
        <input type="file" accept="image/*" onChange={({ target }) => setPhoto(target.files?.[0])} />
      </label>

      <fieldset>
        <legend>Style</legend>
        {opened?.presets.map(({ name }) => (
          <button key={name} type="button" aria-pressed={style === name} onClick={() => setStyle(name)}>
            {name}
          </button>
        ))}
      </fieldset>
      <form onSubmit={choosePrompt}>
        <label>
          Or in words
          <input name="prompt" placeholder="ink wash, loose brush" />
        </label>
        <button type="submit">Draw</button>
      </form>
      <label>
        Strength
        <input
          type="range"
          min="0"
          max="1.5"
          step="0.05"
          value={strength}
          onChange={({ target }) => setStrength(target.valueAsNumber)}
        />
      </label>

      <p role="status">{error ? error.message : describe(photo, result)}</p>
      {result && <Picture result={result} />}
    </main>
  );
}

function describe(photo: File | undefined, result: ReturnType<typeof useStylized>): string {
  if (!photo) return "The photo stays on this computer.";
  if (!result) return "Drawing…";
  const { faces, facesFound, timings, device } = result;
  return `${faces.length} of ${facesFound} faces, ${Math.round(timings.total)} ms on ${device}`;
}
